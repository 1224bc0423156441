package dev.nacre.vector;

import java.util.Arrays;

/**
 * Which versions the intervals of a space's rows and documents can tell, up to the one they are at:
 * all from the oldest on, but for those that were passed over when a key changed more than once in
 * one catch-up. Immutable.
 */
final class KnownPast {
  private static final int GAPS_MAX = 32;

  private final long oldest;

  /** Pairs (after, upTo), ascending: the versions strictly between are not known. */
  private final long[] gaps;

  private KnownPast(long oldest, long[] gaps) {
    this.oldest = oldest;
    this.gaps = gaps;
  }

  /** Everything from a version on. */
  static KnownPast from(long version) {
    return new KnownPast(version, new long[0]);
  }

  /** The same without the versions between two of the newest. */
  KnownPast without(long after, long upTo) {
    if (upTo - after <= 1) {
      return this;
    }
    if (gaps.length == 2 * GAPS_MAX) {
      // The oldest half is given up.
      int kept = GAPS_MAX;
      return new KnownPast(gaps[kept - 1], Arrays.copyOfRange(gaps, kept, gaps.length))
          .without(after, upTo);
    }
    long[] more = Arrays.copyOf(gaps, gaps.length + 2);
    more[gaps.length] = after;
    more[gaps.length + 1] = upTo;
    return new KnownPast(oldest, more);
  }

  /** Whether a version, which is not newer than what is known, can be told. */
  boolean tells(long version) {
    if (version < oldest) {
      return false;
    }
    for (int i = gaps.length - 2; i >= 0; i -= 2) {
      if (version > gaps[i]) {
        return version >= gaps[i + 1];
      }
    }
    return true;
  }
}
