package dev.nacre.vector;

import dev.nacre.error.ValidationException;
import dev.nacre.similarity.device.DeviceOptions;
import org.jspecify.annotations.Nullable;

/**
 * How vectors are searched.
 *
 * @param provider {@code auto}, {@code scalar}, {@code simd}, {@code opencl} or {@code cuda}; null
 *     reads NACRE_SIMILARITY, else {@code auto}
 * @param blockBytes off-heap memory for exact blocks, all namespaces together; least recently
 *     searched blocks are dropped beyond it; default 1 GiB
 * @param graphThreshold live vectors from which a space gets a graph; default 20,000
 * @param device how the memory of a device is used, when the provider is one
 */
public record VectorOptions(
    @Nullable String provider, long blockBytes, int graphThreshold, DeviceOptions device) {
  /** The defaults. */
  public static final VectorOptions DEFAULT = new VectorOptions(null, 1L << 30, 20_000);

  /** With the defaults for a device. */
  public VectorOptions(@Nullable String provider, long blockBytes, int graphThreshold) {
    this(provider, blockBytes, graphThreshold, DeviceOptions.DEFAULT);
  }

  /** Checks the ranges. */
  public VectorOptions {
    if (blockBytes < 1 << 20 || graphThreshold < 1) {
      throw new ValidationException(
          "blockBytes is "
              + blockBytes
              + " (at least 1 MiB), graphThreshold is "
              + graphThreshold
              + " (at least 1)");
    }
  }
}
