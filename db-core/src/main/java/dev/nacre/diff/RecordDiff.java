package dev.nacre.diff;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.VersionedRecord;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one record differs between two moments. A record that was written in between and is the same
 * again does not differ; one that has expired in between was removed.
 *
 * @param key its key
 * @param kind added, removed or changed
 * @param left the record before, without embeddings, or null when added; see {@link #before()}
 * @param right the record after, without embeddings, or null when removed; see {@link #after()}
 * @param valueChange what became of the value, or null when it is the same; see {@link #value()}
 * @param metadata the metadata fields that differ, by name
 * @param embeddings the embedding spaces in which the vectors differ, by name
 */
public record RecordDiff(
    String key,
    ChangeKind kind,
    @Nullable VersionedRecord left,
    @Nullable VersionedRecord right,
    @Nullable ValueChange valueChange,
    List<FieldChange> metadata,
    List<EmbeddingChange> embeddings) {
  /** Copies the lists. */
  public RecordDiff {
    requireNonNull(key, "key");
    requireNonNull(kind, "kind");
    metadata = List.copyOf(metadata);
    embeddings = List.copyOf(embeddings);
  }

  /** The record before, without embeddings; empty when added. */
  public Optional<VersionedRecord> before() {
    return Optional.ofNullable(left);
  }

  /** The record after, without embeddings; empty when removed. */
  public Optional<VersionedRecord> after() {
    return Optional.ofNullable(right);
  }

  /** What became of the value; empty when it is the same. */
  public Optional<ValueChange> value() {
    return Optional.ofNullable(valueChange);
  }

  /** Whether the record expires at another instant. */
  public boolean expiryChanged() {
    return !before()
        .flatMap(VersionedRecord::expiresAt)
        .equals(after().flatMap(VersionedRecord::expiresAt));
  }

  /**
   * The difference of two records of one key.
   *
   * @param before the record before, or null
   * @param after the record after, or null
   * @param value what became of the value, or null when it is the same
   * @param metadata the fields that differ
   * @param embeddings the spaces that differ
   * @return null when nothing differs
   */
  public static @Nullable RecordDiff of(
      String key,
      @Nullable VersionedRecord before,
      @Nullable VersionedRecord after,
      @Nullable ValueChange value,
      List<FieldChange> metadata,
      List<EmbeddingChange> embeddings) {
    if (before == null && after == null) {
      return null;
    }
    ChangeKind kind = ChangeKind.CHANGED;
    if (before == null) {
      kind = ChangeKind.ADDED;
    } else if (after == null) {
      kind = ChangeKind.REMOVED;
    }
    RecordDiff diff = new RecordDiff(key, kind, before, after, value, metadata, embeddings);
    boolean same =
        kind == ChangeKind.CHANGED
            && value == null
            && metadata.isEmpty()
            && embeddings.isEmpty()
            && !diff.expiryChanged();
    return same ? null : diff;
  }
}
