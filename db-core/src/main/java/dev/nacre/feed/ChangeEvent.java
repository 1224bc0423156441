package dev.nacre.feed;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.Change;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.VersionedRecord;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something that happened to a namespace, in the order of commits and of the writes in each. */
public sealed interface ChangeEvent {

  /** The commit: version, commit time, lineage. */
  Commit commit();

  /** What the commit says of itself. */
  CommitAttributes attributes();

  /** The namespace. */
  String namespace();

  /**
   * Whether it is the last one of its commit in this stream. A consumer that keeps where it is
   * keeps the version of such an event: going on behind it repeats nothing and leaves nothing out.
   */
  boolean endsCommit();

  /** Where to read the state that this commit left, or to watch on behind it. */
  default ReadPoint readPoint() {
    return new ReadPoint(commit().version(), commit().committedAt(), commit().lineage());
  }

  /**
   * A record was written or deleted. One commit may change one key several times.
   *
   * @param commit the commit
   * @param attributes what it says of itself
   * @param namespace the namespace
   * @param endsCommit whether nothing else of the commit follows
   * @param change key, operation and parts
   * @param written the record as of this version and its commit time, or null when it was not asked
   *     for, is deleted, or has expired by then; see {@link #record()}
   */
  record RecordChanged(
      Commit commit,
      CommitAttributes attributes,
      String namespace,
      boolean endsCommit,
      Change change,
      @Nullable VersionedRecord written)
      implements ChangeEvent {
    /** Refuses null. */
    public RecordChanged {
      requireNonNull(commit, "commit");
      requireNonNull(attributes, "attributes");
      requireNonNull(namespace, "namespace");
      requireNonNull(change, "change");
    }

    /**
     * The record as its commit left it; empty when it was not asked for, is deleted, or has expired
     * by then.
     */
    public Optional<VersionedRecord> record() {
      return Optional.ofNullable(written);
    }
  }

  /**
   * Something that a purge has erased: nobody knows any more of which key it was, so it is told to
   * everybody who follows the namespace. Behind the purge's own commit, where {@code purgeVersion}
   * is that of the commit, a consumer that keeps a copy compares it with the namespace as it is
   * now.
   *
   * @param commit the commit
   * @param attributes what it says of itself
   * @param namespace the namespace
   * @param endsCommit whether nothing else of the commit follows
   * @param purgeVersion the version of the purge, whose commit says by whom; 0 when the database
   *     was restored to a moment before it
   * @param purgedAt when it was committed
   */
  record RecordPurged(
      Commit commit,
      CommitAttributes attributes,
      String namespace,
      boolean endsCommit,
      long purgeVersion,
      Instant purgedAt)
      implements ChangeEvent {
    /** Refuses null. */
    public RecordPurged {
      requireNonNull(commit, "commit");
      requireNonNull(attributes, "attributes");
      requireNonNull(namespace, "namespace");
      requireNonNull(purgedAt, "purgedAt");
    }

    /** Whether this is the purge itself, not what it has left of an earlier change. */
    public boolean isPurge() {
      return purgeVersion == commit.version();
    }
  }

  /**
   * The namespace came into being, by its first write or by {@code configure}.
   *
   * @param commit the commit
   * @param attributes what it says of itself
   * @param namespace the namespace
   * @param endsCommit whether nothing else of the commit follows
   */
  record NamespaceCreated(
      Commit commit, CommitAttributes attributes, String namespace, boolean endsCommit)
      implements ChangeEvent {
    /** Refuses null. */
    public NamespaceCreated {
      requireNonNull(commit, "commit");
      requireNonNull(attributes, "attributes");
      requireNonNull(namespace, "namespace");
    }
  }

  /**
   * The namespace was deleted with all its records; there are no events for these.
   *
   * @param commit the commit
   * @param attributes what it says of itself
   * @param namespace the namespace
   * @param endsCommit whether nothing else of the commit follows
   */
  record NamespaceDeleted(
      Commit commit, CommitAttributes attributes, String namespace, boolean endsCommit)
      implements ChangeEvent {
    /** Refuses null. */
    public NamespaceDeleted {
      requireNonNull(commit, "commit");
      requireNonNull(attributes, "attributes");
      requireNonNull(namespace, "namespace");
    }
  }
}
