package dev.nacre.store.commit;

import dev.nacre.model.DeclaredField;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.commit.PreparedBatch.ExpiryWrite;
import dev.nacre.store.commit.PreparedBatch.NamespaceWrite;
import dev.nacre.store.commit.PreparedBatch.PreparedWrite;
import dev.nacre.store.commit.PreparedBatch.PurgeWrite;
import dev.nacre.store.commit.PreparedBatch.RecordWrite;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of what a batch writes, so that a retry is told from another batch under the same
 * idempotency key. Every field goes in with its length or a mark, so that no two batches give the
 * same bytes.
 *
 * <p>Attributes are left out: a retry may say something else of itself. A batch that is checked
 * against a read point is a transaction, whose writes follow from what it read: a retry reads anew
 * and may write something else, so all of them have one digest. An embedding of a text goes in as
 * the text. Kept on disk: the form must not change. For one thread, for one batch.
 */
final class BatchDigest {
  private static final byte[] TRANSACTION = "transaction".getBytes(StandardCharsets.UTF_8);

  private final MessageDigest sha256 = sha256();
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

  private BatchDigest() {}

  /** The SHA-256 of an idempotency key. */
  static byte[] ofKey(String idempotencyKey) {
    return sha256().digest(idempotencyKey.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] of(WriteBatch batch, List<PreparedWrite> writes) {
    if (batch.check().isPresent()) {
      return sha256().digest(TRANSACTION);
    }
    BatchDigest digest = new BatchDigest();
    @Nullable String text = batch.embeddedText().orElse(null);
    for (int i = 0; i < writes.size(); i++) {
      digest.add(writes.get(i), i + 1 == writes.size() ? text : null);
    }
    return digest.sha256.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private void add(PreparedWrite prepared, @Nullable String text) {
    Write write =
        switch (prepared) {
          case RecordWrite record -> record.write();
          case NamespaceWrite namespace -> namespace.write();
          case ExpiryWrite expiry ->
              throw new IllegalStateException("an expiry is never retried: " + expiry);
          case PurgeWrite _ ->
              throw new IllegalStateException("a purge has no idempotency key: nobody digests it");
        };
    text(write.namespace());
    switch (write) {
      case Write.Upsert upsert -> {
        number('u');
        text(upsert.key());
        value(upsert.value());
        bytes(prepared instanceof RecordWrite record ? record.metadata() : null);
        embeddings(upsert.embeddings(), text);
        expiry(upsert.expiry());
        condition(upsert.condition());
      }
      case Write.Delete delete -> {
        number('d');
        text(delete.key());
        condition(delete.condition());
      }
      case Write.Configure configure -> {
        number('c');
        options(configure.options());
      }
      case Write.DeleteNamespace _ -> number('x');
    }
  }

  private void value(@Nullable Value value) {
    switch (value) {
      case null -> number(0);
      case Value.Json json -> {
        number(1);
        bytes(json.toByteArray());
      }
      case Value.Bytes stored -> {
        number(2);
        text(stored.mediaType());
        bytes(stored.toByteArray());
      }
    }
  }

  private void embeddings(List<Embedding> embeddings, @Nullable String text) {
    number(embeddings.size());
    for (int i = 0; i < embeddings.size(); i++) {
      space(embeddings.get(i).space());
      if (text != null && i + 1 == embeddings.size()) {
        number(-1);
        text(text);
      } else {
        floats(embeddings.get(i).vector());
      }
    }
  }

  private void floats(float[] vector) {
    ByteBuffer row =
        ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer _ = row.asFloatBuffer().put(vector);
    bytes(row.array());
  }

  private void space(EmbeddingSpace space) {
    text(space.name());
    number(space.dimension());
    text(space.metric().name());
    optionalText(space.model());
  }

  private void options(NamespaceOptions options) {
    number(options.spaces().size());
    options.spaces().forEach(this::space);
    @Nullable Duration timeToLive = options.timeToLive();
    if (timeToLive == null) {
      number(0);
    } else {
      number(1);
      duration(timeToLive);
    }
    // All adds nothing, so that batches from before there was a retention keep their digest.
    if (!(options.retention() instanceof Retention.All)) {
      text(options.retention().toString());
    }
    // None add nothing, for the same reason.
    if (!options.fields().isEmpty()) {
      text("fields");
      number(options.fields().size());
      for (DeclaredField field : options.fields()) {
        text(field.name());
        text(field.path());
      }
    }
  }

  private void expiry(Write.Expiry expiry) {
    switch (expiry) {
      case Write.Expiry.Unchanged _ -> number(0);
      case Write.Expiry.Never _ -> number(1);
      case Write.Expiry.At at -> {
        Instant instant = at.instant();
        number(2);
        number(instant.getEpochSecond());
        number(instant.getNano());
      }
      case Write.Expiry.After after -> {
        number(3);
        duration(after.duration());
      }
    }
  }

  private void duration(Duration duration) {
    number(duration.getSeconds());
    number(duration.getNano());
  }

  private void condition(WriteCondition condition) {
    switch (condition) {
      case WriteCondition.None _ -> number(0);
      case WriteCondition.IfAbsent _ -> number(1);
      case WriteCondition.IfVersion ifVersion -> {
        number(2);
        number(ifVersion.version());
      }
    }
  }

  private void optionalText(@Nullable String text) {
    bytes(text == null ? null : text.getBytes(StandardCharsets.UTF_8));
  }

  private void text(String text) {
    bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private void bytes(byte @Nullable [] bytes) {
    if (bytes == null) {
      number(-1);
    } else {
      number(bytes.length);
      sha256.update(bytes);
    }
  }

  private void number(long value) {
    sha256.update(number.putLong(0, value).array());
  }
}
