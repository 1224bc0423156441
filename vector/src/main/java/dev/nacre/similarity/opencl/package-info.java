/**
 * Devices that OpenCL reaches, through the system's OpenCL library and the Foreign Function API:
 * {@link dev.nacre.similarity.opencl.OpenClDevice} is the entry.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.similarity.opencl;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
