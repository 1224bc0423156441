package dev.nacre.sql.arrow;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.ExportReport;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.ImportReport;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Stores and tables that the tests share. */
final class Tables {
  static final Duration TIMEOUT = Duration.ofSeconds(30);
  static final EmbeddingSpace DOT = new EmbeddingSpace("default", 2, Metric.DOT, "model-1");
  static final Instant EXPIRES = Instant.parse("2126-01-31T12:00:00.000007Z");

  private Tables() {}

  /** One record of each kind. */
  static Store sample() {
    Store store = Store.open(StoreOptions.inMemory());
    commit(
        store,
        upsert("notes", "ada", Value.json("{\"drinks\": \"tea\"}"), Embedding.of(.1f, .2f, .3f)),
        upsert("notes", "bob", Value.text("prefers übung"), null),
        upsert("images", "pixel", Value.bytes(new byte[] {0, -1}, "image/png"), null),
        upsert("dots", "dot", null, Embedding.of(DOT, 1, 2)));
    commit(
        store,
        new Write.Upsert(
            "notes",
            "bob",
            null,
            Metadata.of("year", 2026, "score", 2.0),
            List.of(),
            new Write.Expiry.At(EXPIRES),
            WriteCondition.none()));
    return store;
  }

  static Write upsert(
      String namespace, String key, @Nullable Value value, @Nullable Embedding embedding) {
    return new Write.Upsert(
        namespace,
        key,
        value,
        null,
        embedding == null ? List.of() : List.of(embedding),
        Write.Expiry.Never.NEVER,
        WriteCondition.none());
  }

  static void commit(Store store, Write... writes) {
    Commit _ =
        store
            .commit(
                WriteBatch.of(List.of(writes), CommitAttributes.NONE), Durability.ASYNC, TIMEOUT)
            .join();
  }

  static byte[] stream(Store store) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    var _ = ArrowExport.run(store, ExportRequest.to(bytes), () -> false);
    return bytes.toByteArray();
  }

  static ExportReport file(Store store, Path file) {
    return ArrowExport.run(store, ExportRequest.to(file), () -> false);
  }

  static ImportReport importAll(Store store, Path file) {
    return ArrowImport.run(store, ImportRequest.from(file), () -> false);
  }

  static ImportReport importAll(Store store, byte[] table) {
    return ArrowImport.run(store, ImportRequest.from(new ByteArrayInputStream(table)), () -> false);
  }

  static VersionedRecord record(Store store, String namespace, String key) {
    return store
        .get(store.now(), namespace, key, Set.of("default"))
        .orElseThrow(() -> new AssertionError(namespace + "/" + key + " is not there"));
  }

  /** The vector of a record in the space "default". */
  static Embedding embedding(Store store, String namespace, String key) {
    return Objects.requireNonNull(record(store, namespace, key).embeddings().get("default"));
  }

  /** Fails unless a failure says so. */
  static void assertSays(String expected, Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains(expected), message);
  }

  static byte[] fixture(String name) {
    try (InputStream stream = Tables.class.getResourceAsStream("/arrow/" + name)) {
      if (stream == null) {
        throw new AssertionError("no fixture " + name);
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
