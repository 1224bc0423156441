package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.Write;
import dev.nacre.model.WriteCondition;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an embedding of a record, and its metadata when given, in one commit. The value stays as
 * it is; a record that is not there is created without one.
 *
 * @param namespace the namespace, created when first written
 * @param key 1–1024 bytes of UTF-8
 * @param source a vector, or a text for the database's embedder
 * @param metadata the metadata object, whole, or null to keep the one that is there
 * @param expiry what becomes of the record's expiry
 * @param condition what must hold
 * @param attributes what the commit says of itself
 * @param options durability and timeout
 */
public record EmbedRequest(
    String namespace,
    String key,
    Source source,
    @Nullable Metadata metadata,
    Write.Expiry expiry,
    WriteCondition condition,
    CommitAttributes attributes,
    WriteOptions options) {

  /** Where the embedding comes from. */
  public sealed interface Source {
    /**
     * It is given.
     *
     * @param embedding the vector and its space
     */
    record Given(Embedding embedding) implements Source {
      /** Checks that it is there. */
      public Given {
        requireNonNull(embedding, "embedding");
      }
    }

    /**
     * The database's embedder makes it.
     *
     * @param text the text, not blank
     */
    record Text(String text) implements Source {
      /** Checks that it is there. */
      public Text {
        requireNonNull(text, "text");
      }
    }
  }

  /** Checks the parts. */
  public EmbedRequest {
    requireNonNull(namespace, "namespace");
    requireNonNull(key, "key");
    requireNonNull(source, "source");
    requireNonNull(expiry, "expiry");
    requireNonNull(condition, "condition");
    requireNonNull(attributes, "attributes");
    requireNonNull(options, "options");
    if (source instanceof Source.Text text) {
      PutRequest.checkText(text.text(), key);
    }
  }

  /** The embedding alone. */
  public static EmbedRequest of(String namespace, String key, Embedding embedding) {
    return of(namespace, key, new Source.Given(embedding));
  }

  /** The embedding of a text; the database needs an embedder. */
  public static EmbedRequest text(String namespace, String key, String text) {
    return of(namespace, key, new Source.Text(text));
  }

  private static EmbedRequest of(String namespace, String key, Source source) {
    return new EmbedRequest(
        namespace,
        key,
        source,
        null,
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none(),
        CommitAttributes.NONE,
        WriteOptions.DEFAULT);
  }

  /** The same with this metadata object. */
  public EmbedRequest withMetadata(Metadata with) {
    return new EmbedRequest(
        namespace,
        key,
        source,
        requireNonNull(with, "metadata"),
        expiry,
        condition,
        attributes,
        options);
  }

  /** The same with this expiry. */
  public EmbedRequest withExpiry(Write.Expiry with) {
    return new EmbedRequest(namespace, key, source, metadata, with, condition, attributes, options);
  }

  /** The same under this condition. */
  public EmbedRequest withCondition(WriteCondition with) {
    return new EmbedRequest(namespace, key, source, metadata, expiry, with, attributes, options);
  }

  /** The same, saying this of itself. */
  public EmbedRequest withAttributes(CommitAttributes with) {
    return new EmbedRequest(namespace, key, source, metadata, expiry, condition, with, options);
  }

  /** The same with these options. */
  public EmbedRequest withOptions(WriteOptions with) {
    return new EmbedRequest(namespace, key, source, metadata, expiry, condition, attributes, with);
  }

  /** The same, acknowledged by {@code with}. */
  public EmbedRequest withDurability(Durability with) {
    return withOptions(options.withDurability(with));
  }

  /** The same, waiting at most {@code with}. */
  public EmbedRequest withTimeout(Duration with) {
    return withOptions(options.withTimeout(with));
  }

  /** The write with these embeddings. */
  Write.Upsert write(List<Embedding> embeddings) {
    return new Write.Upsert(namespace, key, null, metadata, embeddings, expiry, condition);
  }
}
