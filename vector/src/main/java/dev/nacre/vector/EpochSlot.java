package dev.nacre.vector;

import dev.nacre.vector.graph.GraphFiles;
import org.jspecify.annotations.Nullable;

/**
 * The place of one epoch: its files, when it has any, and the epoch while it is in memory. The slot
 * owns one reference of it. Set and taken away under the lock of {@link SpaceEpochs}.
 */
final class EpochSlot implements Evictable {
  private final EpochRange range;
  private final @Nullable GraphFiles files;
  private final Object lock;
  private volatile @Nullable Epoch epoch;
  private volatile long last;
  private volatile long searchedNanos = System.nanoTime();

  /**
   * An empty slot.
   *
   * @param files of its graph, or null for an epoch that is in memory only
   */
  EpochSlot(EpochRange range, @Nullable GraphFiles files, Object lock) {
    this.range = range;
    this.files = files;
    this.lock = lock;
    this.last = range.last();
  }

  EpochRange range() {
    return range;
  }

  @Nullable GraphFiles files() {
    return files;
  }

  /** Whether a version lies in the epoch, or behind it where nothing has changed since. */
  boolean covers(long version) {
    return version >= range.first() && version <= last;
  }

  /** Lets it answer up to a version: nothing has changed behind its end before. */
  void stretch(long version) {
    last = Math.max(last, version);
  }

  boolean isLoaded() {
    return epoch != null;
  }

  void set(Epoch loaded) {
    epoch = loaded;
    searchedNanos = System.nanoTime();
  }

  /** The epoch with a reference for the caller; null when it is not in memory. */
  @Nullable Epoch acquire() {
    Epoch loaded = epoch;
    if (loaded == null || !loaded.tryRetain()) {
      return null;
    }
    searchedNanos = System.nanoTime();
    return loaded;
  }

  @Override
  public long idleNanos() {
    return System.nanoTime() - searchedNanos;
  }

  @Override
  public long unload() {
    synchronized (lock) {
      Epoch loaded = epoch;
      if (loaded == null) {
        return 0;
      }
      epoch = null;
      long bytes = loaded.bytes();
      loaded.release();
      return bytes;
    }
  }
}
