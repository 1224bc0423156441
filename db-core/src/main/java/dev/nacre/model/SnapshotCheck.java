package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import java.util.List;
import java.util.Map;

/**
 * What must not have changed for a batch to be committed: since {@code readPoint}, every record the
 * batch writes, and the locked ones. Judged in commit order, before the batch's own writes; the
 * batch fails with a conflict that names the first record that has changed.
 *
 * <p>A record has changed when a commit after the read point's version wrote or deleted it, when
 * its namespace was deleted (also when it was created again), or when it was live at the read
 * point's instant and has expired since.
 *
 * @param readPoint where the records were read
 * @param locked records that were read and must hold though they are not written, at most 10,000
 */
public record SnapshotCheck(ReadPoint readPoint, List<RecordKey> locked) {
  /** The most locked records. */
  public static final int LOCKED_MAX = 10_000;

  /** Copies the list and checks its size. */
  public SnapshotCheck {
    requireNonNull(readPoint, "readPoint");
    requireNonNull(locked, "locked");
    locked = List.copyOf(locked);
    if (locked.size() > LOCKED_MAX) {
      throw new ValidationException(
          "a batch locks " + locked.size() + " records; at most " + LOCKED_MAX,
          Map.of("locked", Integer.toString(locked.size()), "max", Integer.toString(LOCKED_MAX)));
    }
  }
}
