package dev.nacre;

import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteCondition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the value of a record, and any other part that is given; parts that are not keep what they
 * have.
 *
 * @param namespace the namespace
 * @param key the key
 * @param value the value
 * @param metadata the metadata, whole, or null to keep them
 * @param embeddings embeddings, at most one for a space
 * @param expiry what becomes of the expiry
 * @param condition what must hold
 * @param options how the commit is made
 */
public record PutRequest(
    String namespace,
    String key,
    Value value,
    @Nullable Metadata metadata,
    List<Embedding> embeddings,
    Write.Expiry expiry,
    WriteCondition condition,
    WriteOptions options) {
  /** Copies the list. */
  public PutRequest {
    embeddings = List.copyOf(embeddings);
  }

  /** Only the value, unconditionally. */
  public static PutRequest of(String namespace, String key, Value value) {
    return new PutRequest(
        namespace,
        key,
        value,
        null,
        List.of(),
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none(),
        WriteOptions.DEFAULT);
  }

  /** The same with metadata. */
  public PutRequest withMetadata(Metadata given) {
    return new PutRequest(namespace, key, value, given, embeddings, expiry, condition, options);
  }

  /** The same with one more embedding. */
  public PutRequest withEmbedding(Embedding given) {
    List<Embedding> more = new ArrayList<>(embeddings);
    more.add(given);
    return new PutRequest(namespace, key, value, metadata, more, expiry, condition, options);
  }

  /** The same with an expiry. */
  public PutRequest withExpiry(Write.Expiry given) {
    return new PutRequest(namespace, key, value, metadata, embeddings, given, condition, options);
  }

  /** The same under a condition. */
  public PutRequest withCondition(WriteCondition given) {
    return new PutRequest(namespace, key, value, metadata, embeddings, expiry, given, options);
  }

  /** The same made in another way. */
  public PutRequest withOptions(WriteOptions given) {
    return new PutRequest(namespace, key, value, metadata, embeddings, expiry, condition, given);
  }
}
