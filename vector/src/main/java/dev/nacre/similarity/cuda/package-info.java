/**
 * Devices that CUDA reaches, through the driver library and the Foreign Function API: {@link
 * dev.nacre.similarity.cuda.CudaDevice} is the entry.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.similarity.cuda;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
