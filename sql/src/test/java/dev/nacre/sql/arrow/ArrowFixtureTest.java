package dev.nacre.sql.arrow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.SerializationException;
import dev.nacre.maintain.ImportReport;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Value;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that pyarrow has written ({@code src/test/python/make_fixture.py}). */
class ArrowFixtureTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"pyarrow.arrow", "pyarrow.arrows"})
  void tableOfPyarrow_importedFromFileAndStream_isThere(String name) throws Exception {
    Path file = directory.resolve("some-name");
    Files.write(file, Tables.fixture(name));
    try (Store fromFile = Store.open(StoreOptions.inMemory());
        Store fromStream = Store.open(StoreOptions.inMemory())) {
      check(fromFile, Tables.importAll(fromFile, file));
      check(fromStream, Tables.importAll(fromStream, Tables.fixture(name)));
    }
  }

  private static void check(Store store, ImportReport report) {
    assertEquals(new ImportReport(4, 4, 1, 1), report);
    var ada = Tables.record(store, "notes", "ada");
    assertEquals(Optional.of(Value.json("{\"drinks\": \"tea\", \"cups\": 3}")), ada.value());
    assertEquals(
        Metadata.of(Map.of("year", 2026L, "score", 2.0, "tags", List.of("a", "b"), "new", true)),
        ada.metadata());
    assertTrue(ada.metadata().get("score").orElseThrow() instanceof Double);
    var embedding = Tables.embedding(store, "notes", "ada");
    assertArrayEquals(new float[] {.1f, .2f, .3f}, embedding.vector());
    assertEquals(Metric.COSINE, embedding.space().metric());
    var bob = Tables.record(store, "notes", "bob");
    assertEquals(Optional.of(Value.text("prefers übung")), bob.value());
    assertEquals(Optional.of(Tables.EXPIRES), bob.expiresAt());
    assertTrue(bob.metadataVersion().isEmpty());
    var vector = Tables.record(store, "notes", "only-vector");
    assertTrue(vector.value().isEmpty());
    assertTrue(vector.metadataVersion().isPresent());
    assertArrayEquals(
        new float[] {1, -0f, 3.5f}, Tables.embedding(store, "notes", "only-vector").vector());
    assertEquals(
        Optional.of(Value.bytes(new byte[] {0, -1}, "image/png")),
        Tables.record(store, "images", "pixel").value());
  }

  @Test
  void compressedTable_imported_saysSo() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      var failure =
          assertThrows(
              SerializationException.class,
              () -> Tables.importAll(store, Tables.fixture("compressed.arrow")));
      Tables.assertSays("without compression", failure);
      assertEquals(0, store.now().version());
    }
  }

  @Test
  void listsOfAnyLength_imported_columnIsNamedAndNothingWritten() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      var failure =
          assertThrows(
              SerializationException.class,
              () -> Tables.importAll(store, Tables.fixture("wrong-type.arrow")));
      assertEquals("embedding:default", failure.details().get("column"));
      Tables.assertSays("fixed_size_list<float32>", failure);
      assertEquals(0, store.now().version());
    }
  }
}
