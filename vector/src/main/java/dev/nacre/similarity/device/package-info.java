/**
 * Searching rows that are kept in a device's memory: {@link
 * dev.nacre.similarity.device.DeviceSimilarity} is the entry. It knows a device by the interface
 * {@link dev.nacre.similarity.device.Device} only; the packages {@code opencl} and {@code cuda}
 * implement it.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.similarity.device;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
