package dev.nacre.model;

import dev.nacre.error.ValidationException;

/**
 * Bounds on what one write may hold, checked before anything is written.
 *
 * @param valueBytes the largest value; default 16 MiB, at most 64 MiB
 * @param metadataBytes the largest metadata object, encoded; default 64 KiB, at most 1 MiB
 * @param batchBytes the largest batch, encoded; default 64 MiB, at most 256 MiB
 */
public record Limits(int valueBytes, int metadataBytes, int batchBytes) {
  /** The longest key in bytes of UTF-8. */
  public static final int KEY_BYTES_MAX = 1024;

  /** The longest namespace name in bytes of UTF-8. */
  public static final int NAMESPACE_BYTES_MAX = 256;

  /** The most embedding spaces of one namespace. */
  public static final int SPACES_MAX = 1024;

  /** The most declared fields of one namespace. */
  public static final int FIELDS_MAX = 64;

  /** The defaults. */
  public static final Limits DEFAULT = new Limits(16 << 20, 64 << 10, 64 << 20);

  /** The largest that can be configured. */
  public static final Limits MAX = maximum();

  /** Checks the bounds. */
  public Limits {
    check("valueBytes", valueBytes, 64 << 20);
    check("metadataBytes", metadataBytes, 1 << 20);
    check("batchBytes", batchBytes, 256 << 20);
  }

  private static Limits maximum() {
    return new Limits(64 << 20, 1 << 20, 256 << 20);
  }

  private static void check(String name, int value, int max) {
    if (value < 1 || value > max) {
      throw new ValidationException(name + " is " + value + "; allowed are 1 to " + max);
    }
  }
}
