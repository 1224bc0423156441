package dev.nacre.store;

import dev.nacre.store.layout.Keys;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of a scan in the live column family and in the one of its history, whose keys are
 * escaped. Lower inclusive, upper exclusive.
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record ScanRange(byte[] liveFrom, byte[] liveTo, byte[] historyFrom, byte[] historyTo) {

  /**
   * Records of a namespace.
   *
   * @param prefix only keys that start with it
   * @param from the first key, or null
   * @param to the end key, exclusive, or null
   * @param after continue behind this key, or null
   */
  static ScanRange ofRecords(
      int namespaceId,
      byte[] prefix,
      byte @Nullable [] from,
      byte @Nullable [] to,
      byte @Nullable [] after) {
    byte[] namespace = Keys.namespacePrefix(namespaceId);
    byte[] liveFrom = Keys.head(namespaceId, prefix);
    byte[] historyFrom = Keys.escapedStart(namespace, prefix);
    byte[] liveTo = successor(liveFrom);
    byte[] historyTo = successor(historyFrom);
    if (from != null) {
      liveFrom = later(liveFrom, Keys.head(namespaceId, from));
      historyFrom = later(historyFrom, Keys.historyPrefix(namespaceId, from));
    }
    if (after != null) {
      byte[] last = Keys.head(namespaceId, after);
      liveFrom = later(liveFrom, Arrays.copyOf(last, last.length + 1));
      historyFrom = later(historyFrom, Keys.versioned(Keys.historyPrefix(namespaceId, after), 0));
    }
    if (to != null) {
      liveTo = earlier(liveTo, Keys.head(namespaceId, to));
      historyTo = earlier(historyTo, Keys.historyPrefix(namespaceId, to));
    }
    return new ScanRange(liveFrom, liveTo, historyFrom, historyTo);
  }

  /** Vectors of a space. */
  static ScanRange ofVectors(int namespaceId, int spaceId) {
    byte[] from = Keys.spacePrefix(namespaceId, spaceId);
    byte[] to = successor(from);
    return new ScanRange(from, to, from, to);
  }

  /** The first bytes behind everything that starts with {@code prefix}. */
  private static byte[] successor(byte[] prefix) {
    int length = prefix.length;
    while (length > 0 && prefix[length - 1] == (byte) 0xFF) {
      length--;
    }
    // Ids are positive ints: the first byte is never FF.
    byte[] next = Arrays.copyOf(prefix, length);
    next[length - 1]++;
    return next;
  }

  private static byte[] later(byte[] left, byte[] right) {
    return Arrays.compareUnsigned(left, right) >= 0 ? left : right;
  }

  private static byte[] earlier(byte[] left, byte[] right) {
    return Arrays.compareUnsigned(left, right) <= 0 ? left : right;
  }
}
