package dev.nacre.sql.arrow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.SerializationException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Limits;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of our own: whole, cut off, damaged, larger than memory. */
class ArrowTableTest {
  @TempDir private Path directory;

  @Test
  void spacesOfOneName_exportedAndImported_keepTheirDefinitions() {
    try (Store store = Tables.sample();
        Store copy = Store.open(StoreOptions.inMemory())) {
      var report = Tables.importAll(copy, Tables.stream(store));
      assertEquals(4, report.records());
      assertEquals(Tables.DOT, Tables.embedding(copy, "dots", "dot").space());
      assertEquals(EmbeddingSpace.of(3), Tables.embedding(copy, "notes", "ada").space());
    }
  }

  @Test
  void optionsOfEmptyNamespace_exportedAndImported_areThere() {
    NamespaceOptions options =
        new NamespaceOptions(List.of(Tables.DOT), Duration.ofDays(3), Retention.lastVersions(5));
    try (Store store = Store.open(StoreOptions.inMemory());
        Store copy = Store.open(StoreOptions.inMemory())) {
      Tables.commit(store, new Write.Configure("empty", options));
      var report = Tables.importAll(copy, Tables.stream(store));
      assertEquals(0, report.records());
      assertEquals(options, copy.namespace(copy.now(), "empty").orElseThrow().options());
    }
  }

  @Test
  void moreThanABatch_exported_areSeveralBatchesInBoundedMemory() throws Exception {
    Path file = directory.resolve("large.arrow");
    byte[] value = new byte[3 << 20];
    new Random(7).nextBytes(value);
    try (Store store = Store.open(StoreOptions.inMemory());
        Store copy = Store.open(StoreOptions.inMemory())) {
      for (int i = 0; i < 9; i++) {
        Tables.commit(store, Tables.upsert("n", "large" + i, Value.bytes(value, "x/y"), null));
      }
      List<Write> small = new ArrayList<>();
      for (int i = 0; i < 9_000; i++) {
        small.add(Tables.upsert("n", "small" + i, Value.text("v" + i), null));
      }
      Tables.commit(store, small.toArray(Write[]::new));
      assertEquals(9_009, Tables.file(store, file).records());
      try (BufferAllocator memory = new RootAllocator();
          var channel = Files.newByteChannel(file);
          var reader = new ArrowFileReader(channel, memory)) {
        // Three of 3 MiB to a batch; then the small ones, 8,192 to one.
        assertEquals(5, reader.getRecordBlocks().size());
        while (reader.loadNextBatch()) {
          assertTrue(memory.getAllocatedMemory() < 32 << 20);
        }
      }
      assertEquals(9_009, Tables.importAll(copy, file).records());
      assertEquals(
          Value.bytes(value, "x/y"), Tables.record(copy, "n", "large8").value().orElseThrow());
    }
  }

  @Test
  void largestValue_exportedAndImported_isThere() {
    StoreOptions options = StoreOptions.inMemory().withLimits(Limits.MAX);
    Value value = Value.bytes(new byte[Limits.MAX.valueBytes()], "x/y");
    try (Store store = Store.open(options);
        Store copy = Store.open(options)) {
      Tables.commit(store, Tables.upsert("n", "k", value, null));
      assertEquals(1, Tables.importAll(copy, Tables.stream(store)).records());
      assertEquals(value, Tables.record(copy, "n", "k").value().orElseThrow());
    }
  }

  @Test
  void tooManySpacesForARow_exported_isRefusedByType() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      for (int i = 0; i < 70; i++) {
        float[] vector = new float[4096];
        vector[i] = 1;
        Tables.commit(
            store,
            Tables.upsert(
                "n" + i, "k", null, Embedding.of(EmbeddingSpace.of("s" + i, 4096), vector)));
      }
      var failure = assertThrows(ValidationException.class, () -> Tables.stream(store));
      assertEquals("70", failure.details().get("spaces"));
      var one = ExportRequest.to(new ByteArrayOutputStream()).withNamespaces(List.of("n1"));
      assertEquals(1, ArrowExport.run(store, one, () -> false).records());
    }
  }

  @Test
  void streamCutAnywhere_imported_isNoticed() {
    try (Store store = Tables.sample()) {
      byte[] table = Tables.stream(store);
      for (int length = 0; length < table.length; length += 1 + length / 64) {
        byte[] cut = Arrays.copyOf(table, length);
        try (Store copy = Store.open(StoreOptions.inMemory())) {
          var failure =
              assertThrows(SerializationException.class, () -> Tables.importAll(copy, cut));
          assertEquals("0", failure.details().get("committedRows"), failure.getMessage());
          assertEquals(0, copy.now().version());
        }
      }
      // Between the last batch and the end mark.
      byte[] cut = Arrays.copyOf(table, table.length - 8);
      try (Store copy = Store.open(StoreOptions.inMemory())) {
        var failure = assertThrows(SerializationException.class, () -> Tables.importAll(copy, cut));
        Tables.assertSays("end mark", failure);
      }
    }
  }

  @Test
  void fileCutAnywhere_imported_nothingIsWritten() throws Exception {
    Path file = directory.resolve("t.arrow");
    Path cut = directory.resolve("cut.arrow");
    try (Store store = Tables.sample()) {
      var _ = Tables.file(store, file);
    }
    byte[] table = Files.readAllBytes(file);
    for (int length = 0; length < table.length; length += 1 + length / 32) {
      Files.write(cut, Arrays.copyOf(table, length));
      try (Store copy = Store.open(StoreOptions.inMemory())) {
        assertThrows(SerializationException.class, () -> Tables.importAll(copy, cut));
        assertEquals(0, copy.now().version());
      }
    }
  }

  /** Whatever is changed: an error of ours or a table that says something else; never a leak. */
  @Test
  void bytesChangedAnywhere_imported_failsByTypeOrReads() {
    Random random = new Random(11);
    byte[] table;
    try (Store store = Tables.sample()) {
      table = Tables.stream(store);
    }
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] damaged = table.clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try (Store copy = Store.open(StoreOptions.inMemory())) {
        var _ = Tables.importAll(copy, damaged);
      } catch (NacreException _) {
        refused++;
      }
    }
    assertTrue(refused > 50, refused + " were refused");
  }

  @Test
  void rowThatIsNotAllowed_imported_isNamedAndThoseBeforeAreIn() {
    float[] two = {1, 2};
    try (Store store = Store.open(StoreOptions.inMemory());
        Store copy = Store.open(StoreOptions.inMemory().withLimits(new Limits(4, 100, 1_000)))) {
      Tables.commit(store, Tables.upsert("n", "a", Value.text("1234"), Embedding.of(two)));
      Tables.commit(store, Tables.upsert("n", "b", Value.text("12345"), null));
      Tables.commit(store, Tables.upsert("n", "c", Value.text("1"), null));
      var request =
          ImportRequest.from(new ByteArrayInputStream(Tables.stream(store))).withBatchRecords(1);
      var failure =
          assertThrows(
              ValidationException.class, () -> ArrowImport.run(copy, request, () -> false));
      assertEquals("2", failure.details().get("row"));
      assertEquals("1", failure.details().get("committedRows"));
      assertEquals(1, copy.scan(ScanRequest.of("n")).items().size());
    }
  }

  @Test
  void exportThatFails_ontoAStream_hasNoEnd() {
    try (Store store = Tables.sample()) {
      AsOf moment = AsOf.at(store.now());
      ByteArrayOutputStream complete = new ByteArrayOutputStream();
      var _ = ArrowExport.run(store, ExportRequest.to(complete).withAsOf(moment), () -> false);
      byte[] whole = complete.toByteArray();
      for (int limit : new int[] {0, 100, whole.length - 9, whole.length - 1}) {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        OutputStream failing =
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                if (written.size() == limit) {
                  throw new IOException("no more");
                }
                written.write(b);
              }
            };
        assertThrows(
            UnavailableException.class,
            () -> ArrowExport.run(store, ExportRequest.to(failing).withAsOf(moment), () -> false));
        assertArrayEquals(Arrays.copyOf(whole, limit), written.toByteArray());
      }
    }
  }

  @Test
  void exportThatIsStopped_leavesWhatWasThere() throws Exception {
    Path file = directory.resolve("t.arrow");
    Files.writeString(file, "before");
    try (Store store = Tables.sample()) {
      AtomicInteger asked = new AtomicInteger();
      assertThrows(
          CancellationException.class,
          () -> ArrowExport.run(store, ExportRequest.to(file), () -> asked.incrementAndGet() == 2));
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      asked.set(0);
      assertThrows(
          CancellationException.class,
          () ->
              ArrowExport.run(store, ExportRequest.to(stream), () -> asked.incrementAndGet() == 2));
      try (Store copy = Store.open(StoreOptions.inMemory())) {
        assertThrows(
            SerializationException.class, () -> Tables.importAll(copy, stream.toByteArray()));
      }
    }
    assertEquals("before", Files.readString(file));
    try (var entries = Files.list(directory)) {
      assertEquals(List.of(file), entries.toList());
    }
  }

  @Test
  void importThatIsStopped_giveItsMemoryBack() {
    try (Store store = Tables.sample();
        Store copy = Store.open(StoreOptions.inMemory())) {
      byte[] table = Tables.stream(store);
      AtomicInteger asked = new AtomicInteger();
      var request = ImportRequest.from(new ByteArrayInputStream(table)).withBatchRecords(1);
      assertThrows(
          CancellationException.class,
          () -> ArrowImport.run(copy, request, () -> asked.incrementAndGet() == 3));
    }
  }

  @Test
  void sourceThatFails_isUnavailable() {
    try (Store store = Tables.sample();
        Store copy = Store.open(StoreOptions.inMemory())) {
      byte[] table = Tables.stream(store);
      InputStream failing =
          new InputStream() {
            private int at;

            @Override
            public int read() throws IOException {
              if (at == table.length / 2) {
                throw new IOException("the cable");
              }
              return table[at++] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
              target[offset] = (byte) read();
              return 1;
            }
          };
      var failure =
          assertThrows(
              UnavailableException.class,
              () -> ArrowImport.run(copy, ImportRequest.from(failing), () -> false));
      Tables.assertSays("the cable", failure);
    }
  }

  @Test
  void jsonLines_importedAsArrow_saysWhatItIsNot() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      byte[] lines = "{\"nacreExport\":1}\n{\"end\":0}\n".getBytes(StandardCharsets.UTF_8);
      var failure =
          assertThrows(SerializationException.class, () -> Tables.importAll(store, lines));
      Tables.assertSays("not an Arrow table", failure);
    }
  }

  @Test
  void batchLargerThanMemory_imported_isRefusedByType() throws Exception {
    Path file = directory.resolve("huge.arrow");
    TablesOfOthers.oneBatch(file, ArrowMemory.BYTES_MAX + (1 << 20));
    try (Store store = Store.open(StoreOptions.inMemory())) {
      var failure =
          assertThrows(ResourceExhaustedException.class, () -> Tables.importAll(store, file));
      assertEquals("memory", failure.details().get("reason"));
      assertEquals("1", failure.details().get("row"));
      Tables.assertSays("smaller batches", failure);
    }
  }
}
