package dev.nacre.store.layout;

import java.util.Arrays;

/**
 * Keys of a column family.
 *
 * @param from the first
 * @param to behind the last
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record KeyRange(byte[] from, byte[] to) {
  /** Every key that starts with {@code prefix}. */
  public static KeyRange ofPrefix(byte[] prefix) {
    return new KeyRange(prefix, behind(prefix));
  }

  /** Whether a key lies before the end. */
  public boolean isBeforeEnd(byte[] key) {
    return Arrays.compareUnsigned(key, to) < 0;
  }

  /** The first bytes behind everything that starts with {@code prefix}. */
  static byte[] behind(byte[] prefix) {
    int length = prefix.length;
    while (length > 0 && prefix[length - 1] == (byte) 0xFF) {
      length--;
    }
    // Every prefix begins with the id of a namespace, whose first byte is never FF.
    byte[] next = Arrays.copyOf(prefix, length);
    next[length - 1]++;
    return next;
  }
}
