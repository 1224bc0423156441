package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.ValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An atomic set of writes, over any namespaces: one commit, one version, all or nothing. Writes to
 * one key apply in order. Immutable.
 */
public final class WriteBatch {
  private final List<Write> writes;
  private final CommitAttributes attributes;
  private final @Nullable SnapshotCheck check;
  private final @Nullable String embeddedText;

  private WriteBatch(List<Write> writes, CommitAttributes attributes) {
    this(List.copyOf(writes), attributes, null, null);
  }

  private WriteBatch(
      List<Write> writes,
      CommitAttributes attributes,
      @Nullable SnapshotCheck check,
      @Nullable String embeddedText) {
    this.writes = writes;
    this.attributes = attributes;
    this.check = check;
    this.embeddedText = embeddedText;
  }

  /** A batch of one write. */
  public static WriteBatch of(Write write) {
    return new WriteBatch(List.of(write), CommitAttributes.NONE);
  }

  /** A batch of these writes. */
  public static WriteBatch of(List<Write> writes, CommitAttributes attributes) {
    if (writes.isEmpty()) {
      throw new ValidationException("a write batch needs at least one write");
    }
    return new WriteBatch(writes, attributes);
  }

  /** Collects writes. */
  public static Builder builder() {
    return new Builder();
  }

  /** The writes, in order; at least one. */
  public List<Write> writes() {
    return writes;
  }

  /** What the commit says of itself. */
  public CommitAttributes attributes() {
    return attributes;
  }

  /**
   * The same, committed only when nothing that {@code value} names has changed since its read
   * point.
   *
   * @throws ValidationException when the batch writes a namespace: only records are checked
   */
  public WriteBatch withCheck(SnapshotCheck value) {
    requireNonNull(value, "value");
    for (Write write : writes) {
      if (write instanceof Write.Configure || write instanceof Write.DeleteNamespace) {
        throw new ValidationException(
            "a batch that is checked against a read point writes namespace \""
                + write.namespace()
                + "\" itself; only records can be checked: write it in a batch of its own",
            Map.of("namespace", write.namespace()));
      }
    }
    return new WriteBatch(writes, attributes, value, embeddedText);
  }

  /** What must not have changed; empty when nothing is checked. */
  public Optional<SnapshotCheck> check() {
    return Optional.ofNullable(check);
  }

  /**
   * The same, saying that the last embedding of its last write was made of {@code text}: a retry
   * with the same idempotency key is recognised by the text, because an embedder need not answer
   * the same floats twice.
   */
  public WriteBatch withEmbeddedText(String text) {
    return new WriteBatch(writes, attributes, check, requireNonNull(text, "text"));
  }

  /** The text that its last embedding was made of, when that was said. */
  public Optional<String> embeddedText() {
    return Optional.ofNullable(embeddedText);
  }

  /** Collects writes; for one thread. */
  public static final class Builder {
    private final List<Write> writes = new ArrayList<>();
    private CommitAttributes attributes = CommitAttributes.NONE;

    private Builder() {}

    /** Sets the value of a record, keeping its metadata and embeddings. */
    @CanIgnoreReturnValue
    public Builder put(String namespace, String key, Value value) {
      return upsert(namespace, key, value, null, WriteCondition.none());
    }

    /** Sets the value and the metadata of a record, keeping its embeddings. */
    @CanIgnoreReturnValue
    public Builder put(String namespace, String key, Value value, Metadata metadata) {
      return upsert(namespace, key, value, metadata, WriteCondition.none());
    }

    /** Sets the value, the metadata and one embedding of a record. */
    @CanIgnoreReturnValue
    public Builder put(
        String namespace, String key, Value value, Metadata metadata, Embedding embedding) {
      return upsert(namespace, key, value, metadata, WriteCondition.none(), embedding);
    }

    /** Sets one embedding of a record, keeping everything else. */
    @CanIgnoreReturnValue
    public Builder embed(String namespace, String key, Embedding embedding) {
      return upsert(namespace, key, null, null, WriteCondition.none(), embedding);
    }

    /** Removes a record. */
    @CanIgnoreReturnValue
    public Builder delete(String namespace, String key) {
      return delete(namespace, key, WriteCondition.none());
    }

    /** Sets the value of a record under a condition, keeping its metadata and embeddings. */
    @CanIgnoreReturnValue
    public Builder put(String namespace, String key, Value value, WriteCondition condition) {
      return upsert(namespace, key, value, null, condition);
    }

    /** Sets one embedding of a record under a condition, keeping everything else. */
    @CanIgnoreReturnValue
    public Builder embed(
        String namespace, String key, Embedding embedding, WriteCondition condition) {
      return upsert(namespace, key, null, null, condition, embedding);
    }

    /** Removes a record under a condition. */
    @CanIgnoreReturnValue
    public Builder delete(String namespace, String key, WriteCondition condition) {
      return add(new Write.Delete(namespace, key, condition));
    }

    /** Adds any write. */
    @CanIgnoreReturnValue
    public Builder add(Write write) {
      writes.add(write);
      return this;
    }

    /** Says who, from where and why. */
    @CanIgnoreReturnValue
    public Builder attributes(CommitAttributes value) {
      attributes = value;
      return this;
    }

    /**
     * The batch.
     *
     * @throws ValidationException when it has no write
     */
    public WriteBatch build() {
      return WriteBatch.of(writes, attributes);
    }

    private Builder upsert(
        String namespace,
        String key,
        @Nullable Value value,
        @Nullable Metadata metadata,
        WriteCondition condition,
        Embedding... embeddings) {
      return add(
          new Write.Upsert(
              namespace,
              key,
              value,
              metadata,
              List.of(embeddings),
              Write.Expiry.Unchanged.UNCHANGED,
              condition));
    }
  }
}
