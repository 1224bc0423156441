package dev.nacre.model;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.ValidationException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An atomic set of writes, over any namespaces: one commit, one version, all or nothing. Writes to
 * one key apply in order. Immutable.
 */
public final class WriteBatch {
  private final List<Write> writes;
  private final CommitAttributes attributes;

  private WriteBatch(List<Write> writes, CommitAttributes attributes) {
    this.writes = List.copyOf(writes);
    this.attributes = attributes;
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

  /** Collects writes; for one thread. */
  public static final class Builder {
    private final List<Write> writes = new ArrayList<>();
    private CommitAttributes attributes = CommitAttributes.NONE;

    private Builder() {}

    /** Sets the value of a record, keeping its metadata and embeddings. */
    @CanIgnoreReturnValue
    public Builder put(String namespace, String key, Value value) {
      return upsert(namespace, key, value, null);
    }

    /** Sets the value and the metadata of a record, keeping its embeddings. */
    @CanIgnoreReturnValue
    public Builder put(String namespace, String key, Value value, Metadata metadata) {
      return upsert(namespace, key, value, metadata);
    }

    /** Sets the value, the metadata and one embedding of a record. */
    @CanIgnoreReturnValue
    public Builder put(
        String namespace, String key, Value value, Metadata metadata, Embedding embedding) {
      return upsert(namespace, key, value, metadata, embedding);
    }

    /** Sets one embedding of a record, keeping everything else. */
    @CanIgnoreReturnValue
    public Builder embed(String namespace, String key, Embedding embedding) {
      return upsert(namespace, key, null, null, embedding);
    }

    /** Removes a record. */
    @CanIgnoreReturnValue
    public Builder delete(String namespace, String key) {
      return add(new Write.Delete(namespace, key, WriteCondition.none()));
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
        Embedding... embeddings) {
      return add(
          new Write.Upsert(
              namespace,
              key,
              value,
              metadata,
              List.of(embeddings),
              Write.Expiry.Unchanged.UNCHANGED,
              WriteCondition.none()));
    }
  }
}
