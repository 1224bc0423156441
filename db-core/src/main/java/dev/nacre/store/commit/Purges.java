package dev.nacre.store.commit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The purges of a namespace: those whose rows may still be there, and the version of the newest of
 * the others. Immutable.
 *
 * <p>A reader takes them <em>before</em> it looks rows up, and asks afterwards. Rows are erased
 * only when their purge has been committed, and it is taken out of the list only when they are
 * gone: so what a reader finds is hidden from it, or was read before the purge was committed.
 */
public final class Purges {
  static final Purges NONE = new Purges(new Purging[0], 0, 0);

  private final Purging[] pending;
  private final long erased;
  private final long erasedAt;

  /**
   * Purges.
   *
   * @param erased the version of the newest one whose rows are gone
   * @param erasedAt the visible version when the last of them went
   */
  private Purges(Purging[] pending, long erased, long erasedAt) {
    this.pending = pending;
    this.erased = erased;
    this.erasedAt = erasedAt;
  }

  Purges with(Purging purging) {
    Purging[] more = Arrays.copyOf(pending, pending.length + 1);
    more[pending.length] = purging;
    return new Purges(more, erased, erasedAt);
  }

  Purges without(Purging purging) {
    return new Purges(
        Arrays.stream(pending).filter(other -> other != purging).toArray(Purging[]::new),
        erased,
        erasedAt);
  }

  Purges withErased(long version, long visible) {
    return new Purges(pending, Math.max(erased, version), Math.max(erasedAt, visible));
  }

  /** Whether nothing is hidden. */
  public boolean isEmpty() {
    return pending.length == 0;
  }

  /** The purge by which a row is hidden from reads, or null. */
  public @Nullable Purging hiding(byte[] key, long rowVersion) {
    for (Purging purging : pending) {
      if (purging.isCommitted() && purging.covers(key, rowVersion)) {
        return purging;
      }
    }
    return null;
  }

  /** The purge of a version whose rows may still be there, or null. */
  public @Nullable Purging find(long version) {
    for (Purging purging : pending) {
      if (purging.version() == version) {
        return purging;
      }
    }
    return null;
  }

  /** Whether a row is hidden from reads. */
  public boolean hides(byte[] key, long rowVersion) {
    return pending.length != 0 && hiding(key, rowVersion) != null;
  }

  /** The same for the committer, to which a purge of the group at hand counts. */
  boolean hidesFromCommitter(byte[] key, long rowVersion) {
    for (Purging purging : pending) {
      if (purging.covers(key, rowVersion)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a row that was looked up at a visible version may have been erased since: nobody else
   * is told of that, it is no change.
   */
  boolean mayHaveErased(long rowVersion, long readVersion) {
    return rowVersion <= erased && readVersion <= erasedAt;
  }

  /** The version of the newest committed purge, 0 when there was none. */
  public long newest() {
    long newest = erased;
    for (Purging purging : pending) {
      if (purging.isCommitted()) {
        newest = Math.max(newest, purging.version());
      }
    }
    return newest;
  }

  /** The same with one of the group at hand. */
  long newestForCommitter() {
    long newest = erased;
    for (Purging purging : pending) {
      newest = Math.max(newest, purging.version());
    }
    return newest;
  }
}
