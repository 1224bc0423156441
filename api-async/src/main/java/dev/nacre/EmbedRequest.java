package dev.nacre;

import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.WriteCondition;
import org.jspecify.annotations.Nullable;

/**
 * Writes an embedding of a record, given as a vector or as a text that the database's embedder
 * turns into one; value and other embeddings stay.
 *
 * @param namespace the namespace
 * @param key the key
 * @param source the vector, or the text it is made from
 * @param metadata the metadata, whole, or null to keep them
 * @param condition what must hold
 * @param options how the commit is made
 */
public record EmbedRequest(
    String namespace,
    String key,
    Source source,
    @Nullable Metadata metadata,
    WriteCondition condition,
    WriteOptions options) {

  /** Where the vector comes from. */
  public sealed interface Source {
    /**
     * A vector.
     *
     * @param embedding the vector in its space
     */
    record OfVector(Embedding embedding) implements Source {}

    /**
     * A text.
     *
     * @param text not blank
     */
    record OfText(String text) implements Source {}
  }

  /** A vector, unconditionally. */
  public static EmbedRequest of(String namespace, String key, Embedding embedding) {
    return new EmbedRequest(
        namespace,
        key,
        new Source.OfVector(embedding),
        null,
        WriteCondition.none(),
        WriteOptions.DEFAULT);
  }

  /** The embedding of a text, unconditionally. */
  public static EmbedRequest ofText(String namespace, String key, String text) {
    return new EmbedRequest(
        namespace, key, new Source.OfText(text), null, WriteCondition.none(), WriteOptions.DEFAULT);
  }

  /** The same with metadata. */
  public EmbedRequest withMetadata(Metadata given) {
    return new EmbedRequest(namespace, key, source, given, condition, options);
  }

  /** The same under a condition. */
  public EmbedRequest withCondition(WriteCondition given) {
    return new EmbedRequest(namespace, key, source, metadata, given, options);
  }

  /** The same made in another way. */
  public EmbedRequest withOptions(WriteOptions given) {
    return new EmbedRequest(namespace, key, source, metadata, condition, given);
  }
}
