package dev.nacre;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteCondition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the value of a record and whatever other parts it names, in one commit. Parts it does not
 * name stay as they are.
 *
 * @param namespace the namespace, created when first written
 * @param key 1–1024 bytes of UTF-8
 * @param value the value
 * @param metadata the metadata object, whole, or null to keep the one that is there
 * @param embeddings embeddings, at most one for a space
 * @param embedText a text whose embedding by the database's embedder is written too, or null
 * @param expiry what becomes of the record's expiry
 * @param condition what must hold
 * @param attributes what the commit says of itself
 * @param options durability and timeout
 */
public record PutRequest(
    String namespace,
    String key,
    Value value,
    @Nullable Metadata metadata,
    List<Embedding> embeddings,
    @Nullable String embedText,
    Write.Expiry expiry,
    WriteCondition condition,
    CommitAttributes attributes,
    WriteOptions options) {
  /** Checks the parts and copies the list. */
  public PutRequest {
    requireNonNull(namespace, "namespace");
    requireNonNull(key, "key");
    requireNonNull(value, "value");
    requireNonNull(expiry, "expiry");
    requireNonNull(condition, "condition");
    requireNonNull(attributes, "attributes");
    requireNonNull(options, "options");
    embeddings = Parts.list(embeddings, "embeddings");
    checkText(embedText, key);
  }

  /** The value alone. */
  public static PutRequest of(String namespace, String key, Value value) {
    return new PutRequest(
        namespace,
        key,
        value,
        null,
        List.of(),
        null,
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none(),
        CommitAttributes.NONE,
        WriteOptions.DEFAULT);
  }

  /** The same with this metadata object. */
  public PutRequest withMetadata(Metadata with) {
    return new PutRequest(
        namespace,
        key,
        value,
        requireNonNull(with, "metadata"),
        embeddings,
        embedText,
        expiry,
        condition,
        attributes,
        options);
  }

  /** The same with one more embedding. */
  public PutRequest withEmbedding(Embedding with) {
    List<Embedding> all = new ArrayList<>(embeddings);
    all.add(requireNonNull(with, "embedding"));
    return new PutRequest(
        namespace, key, value, metadata, all, embedText, expiry, condition, attributes, options);
  }

  /** The same with the embedding of a text; the database needs an embedder. */
  public PutRequest withEmbedText(String with) {
    return new PutRequest(
        namespace,
        key,
        value,
        metadata,
        embeddings,
        requireNonNull(with, "embedText"),
        expiry,
        condition,
        attributes,
        options);
  }

  /** The same with this expiry. */
  public PutRequest withExpiry(Write.Expiry with) {
    return new PutRequest(
        namespace,
        key,
        value,
        metadata,
        embeddings,
        embedText,
        with,
        condition,
        attributes,
        options);
  }

  /** The same under this condition. */
  public PutRequest withCondition(WriteCondition with) {
    return new PutRequest(
        namespace, key, value, metadata, embeddings, embedText, expiry, with, attributes, options);
  }

  /** The same, saying this of itself. */
  public PutRequest withAttributes(CommitAttributes with) {
    return new PutRequest(
        namespace, key, value, metadata, embeddings, embedText, expiry, condition, with, options);
  }

  /** The same with these options. */
  public PutRequest withOptions(WriteOptions with) {
    return new PutRequest(
        namespace,
        key,
        value,
        metadata,
        embeddings,
        embedText,
        expiry,
        condition,
        attributes,
        with);
  }

  /** The same, acknowledged by {@code with}. */
  public PutRequest withDurability(Durability with) {
    return withOptions(options.withDurability(with));
  }

  /** The same, waiting at most {@code with}. */
  public PutRequest withTimeout(Duration with) {
    return withOptions(options.withTimeout(with));
  }

  /** The write without the text. */
  Write.Upsert write() {
    return new Write.Upsert(namespace, key, value, metadata, embeddings, expiry, condition);
  }

  static void checkText(@Nullable String text, String key) {
    if (text != null && text.isBlank()) {
      throw new ValidationException(
          "the text to embed for key \"" + key + "\" is empty", Map.of("key", key));
    }
  }
}
