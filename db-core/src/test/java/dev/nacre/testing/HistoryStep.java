package dev.nacre.testing;

import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.RecordKey;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One step of a random history. Plain data, so that a failing history prints and shrinks. */
public sealed interface HistoryStep {

  /**
   * Submits a batch.
   *
   * @param writes its writes, at least one
   * @param durability when it is acknowledged
   * @param await whether the next step waits for it
   */
  record Submit(List<PlannedWrite> writes, Durability durability, boolean await)
      implements HistoryStep {}

  /**
   * Moves the clock, also back.
   *
   * @param by how far
   */
  record MoveClock(Duration by) implements HistoryStep {}

  /** Sweeps. */
  record Sweep() implements HistoryStep {}

  /**
   * Holds a moment drawn from {@code seed}, until the store is closed or too many are held.
   *
   * @param seed for the moment
   */
  record Hold(long seed) implements HistoryStep {}

  /**
   * Purges.
   *
   * @param request what
   */
  record Purge(PurgeRequest request) implements HistoryStep {}

  /**
   * Commits a batch unless what it writes or locks has changed since a moment: a transaction.
   *
   * @param writes its writes
   * @param locked what else must hold
   * @param seed for the moment
   */
  record Transaction(List<PlannedWrite> writes, List<RecordKey> locked, long seed)
      implements HistoryStep {}

  /**
   * Submits a batch with attributes and an idempotency key.
   *
   * @param key which key
   * @param writes its writes
   * @param again whether, if the key was used, its first batch is submitted again instead
   */
  record Keyed(int key, List<PlannedWrite> writes, boolean again) implements HistoryStep {}

  /**
   * Writes what a record was at a moment, as a new version.
   *
   * @param namespace of
   * @param key of
   * @param seed for the moment
   */
  record Restore(String namespace, String key, long seed) implements HistoryStep {}

  /** Compacts. */
  record Compact() implements HistoryStep {}

  /**
   * Backs up, beside the backups before; on disk only.
   *
   * @param move whether the backup is restored into a new directory, with which the history goes on
   */
  record BackUp(boolean move) implements HistoryStep {}

  /** Closes the store and opens it again. */
  record Reopen() implements HistoryStep {}

  /**
   * Compares store and model at moments drawn from {@code seed}.
   *
   * @param seed for the moments, keys and pages
   */
  record Compare(long seed) implements HistoryStep {}

  /** A write whose versions and instants are settled when it is submitted. */
  sealed interface PlannedWrite {}

  /**
   * Changes parts of a record.
   *
   * @param namespace where
   * @param key of
   * @param value or null
   * @param metadata or null
   * @param embeddings in different spaces
   * @param expiry what becomes of the expiry
   * @param condition what must hold
   */
  record PlannedUpsert(
      String namespace,
      String key,
      @Nullable Value value,
      @Nullable Metadata metadata,
      List<Embedding> embeddings,
      PlannedExpiry expiry,
      PlannedCondition condition)
      implements PlannedWrite {}

  /**
   * Removes a record.
   *
   * @param namespace where
   * @param key of
   * @param condition what must hold
   */
  record PlannedDelete(String namespace, String key, PlannedCondition condition)
      implements PlannedWrite {}

  /**
   * Sets options.
   *
   * @param namespace of
   * @param spaces declared
   * @param timeToLive default, or null
   * @param retention of its history
   */
  record PlannedConfigure(
      String namespace,
      List<EmbeddingSpace> spaces,
      @Nullable Duration timeToLive,
      Retention retention)
      implements PlannedWrite {}

  /**
   * Deletes a namespace.
   *
   * @param namespace which
   */
  record PlannedDrop(String namespace) implements PlannedWrite {}

  /**
   * An expiry relative to when it is submitted.
   *
   * @param kind which
   * @param offset from the clock, or from the commit
   */
  record PlannedExpiry(Kind kind, Duration offset) {
    /** The kinds. */
    public enum Kind {
      /** Leave it. */
      UNCHANGED,
      /** Remove it. */
      NEVER,
      /** At the clock plus the offset, which may lie in the past. */
      AT,
      /** The offset after the commit. */
      AFTER
    }
  }

  /** A condition that is settled from what the model knows when it is submitted. */
  enum PlannedCondition {
    /** None. */
    NONE,
    /** Absent. */
    IF_ABSENT,
    /** The version the model holds before the batch. */
    IF_CURRENT,
    /** A version that is one too old. */
    IF_STALE
  }
}
