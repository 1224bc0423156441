package dev.nacre.vector;

/**
 * The versions that an epoch covers.
 *
 * @param first the first version at which it can be asked
 * @param last the last one, inclusive
 * @param built the visible version when it was read: what is purged later is still in it
 */
record EpochRange(long first, long last, long built) {
  /** Checks the order. */
  EpochRange {
    if (first < 0 || first > last || last > built) {
      throw new IllegalArgumentException(first + " to " + last + ", built at " + built);
    }
  }

  /** Whether a version lies in it. */
  boolean covers(long version) {
    return version >= first && version <= last;
  }

  /** Whether it ended where the store ended when it was read: what came since belongs to it. */
  boolean isTail() {
    return last == built;
  }
}
