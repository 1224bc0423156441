package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.FormatException;
import dev.nacre.error.LockedException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.maintain.SalvageReport;
import dev.nacre.maintain.SalvageReport.Part;
import dev.nacre.maintain.SalvageRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.StorageFileCheck;
import dev.nacre.store.salvage.Salvage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of damage by name. */
class SalvageTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int RECORDS = 2_000;

  @TempDir private Path temporary;
  private Path directory = Path.of("");
  private Path target = Path.of("");

  /** Version 1: records; 2: one of them again; 3: a vector, in another namespace. */
  @BeforeEach
  void fill() {
    directory = temporary.resolve("db");
    target = temporary.resolve("salvaged");
    try (Store store = open(directory)) {
      WriteBatch.Builder many = WriteBatch.builder();
      for (int i = 0; i < RECORDS; i++) {
        var _ = many.put("notes", key(i), Value.text("v".repeat(100) + i), Metadata.of("i", i));
      }
      commit(store, many.build());
      commit(
          store,
          WriteBatch.of(
              WriteBatch.builder().put("notes", key(7), Value.text("new")).build().writes(),
              CommitAttributes.NONE.withActor("ada").with("ticket", "4711")));
      commit(store, WriteBatch.builder().embed("vectors", "a", Embedding.of(1, 2, 3)).build());
      // One sorted file a column family.
      var _ = store.compact();
    }
  }

  private static String key(int i) {
    return String.format(Locale.ROOT, "k%05d", i);
  }

  private static void commit(Store store, WriteBatch batch) {
    var _ = store.commit(batch, Durability.SYNC, TIMEOUT).join();
  }

  private static Store open(Path path) {
    return Store.open(
        StoreOptions.in(path).withBlockCacheBytes(1 << 20).withWriteBufferBytes(1 << 20));
  }

  private SalvageReport salvage() {
    return Salvage.run(SalvageRequest.of(directory, target));
  }

  private Path file(ColumnFamily family) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("store"))) {
      return files
          .filter(file -> file.toString().endsWith(".sst"))
          .filter(file -> StorageFileCheck.lastKey(file, family) != null)
          .findFirst()
          .orElseThrow(() -> new AssertionError("no file of " + family));
    }
  }

  private static Value value(Store store, String key, long version) {
    return store
        .get(store.resolve(AsOf.version(version)), "notes", key, Set.of())
        .orElseThrow(() -> new AssertionError(key + " is not there"))
        .value()
        .orElseThrow();
  }

  @Test
  void manifestRemoved_everythingIsThereAndTheReportSaysWhatNobodyKnows() throws Exception {
    try (Stream<Path> files = Files.list(directory.resolve("store"))) {
      for (Path file : files.filter(f -> f.toString().contains("MANIFEST")).toList()) {
        Files.delete(file);
      }
    }
    SalvageReport report = salvage();
    assertFalse(report.isWhole());
    assertTrue(
        report.files().stream().anyMatch(file -> file.what().contains("manifest is missing")),
        report::toString);
    assertEquals(List.of(), report.losses());
    assertEquals(3, report.version());
    try (Store store = open(target)) {
      assertEquals(Value.text("new"), value(store, key(7), 2));
      assertEquals(Value.text("v".repeat(100) + 7), value(store, key(7), 1));
      assertEquals("ada", store.commitInfo(2).orElseThrow().attributes().actor());
      assertEquals(3, store.now().version());
    }
  }

  @Test
  void currentRemoved_isNamed() throws Exception {
    Files.delete(directory.resolve("store").resolve("CURRENT"));
    SalvageReport report = salvage();
    assertTrue(
        report.files().stream().anyMatch(file -> file.place().endsWith("CURRENT")),
        report::toString);
    assertEquals(RECORDS, report.namespaces().getFirst().records());
  }

  @Test
  void blockOfRecordsFlipped_theOthersAreThereAndEachLossIsNamed() throws Exception {
    Path heads = file(ColumnFamily.HEAD);
    Damage.flip(heads, Files.size(heads) / 3);
    SalvageReport report = salvage();
    assertFalse(report.isWhole());
    assertEquals(heads.toString(), report.files().getFirst().place());
    assertTrue(report.files().getFirst().what().contains("rows of head are missing"));
    var notes = report.namespaces().getFirst();
    assertTrue(notes.recordsLost() > 0 && notes.recordsLost() < 500, notes::toString);
    assertEquals(RECORDS, notes.records() + notes.recordsLost());
    assertEquals(1, report.commitsNotWhole().getFirst().from());
    try (Store store = open(target)) {
      for (int i = 0; i < RECORDS; i++) {
        String key = key(i);
        boolean lost =
            report.losses().stream()
                .anyMatch(loss -> loss.what() == Part.RECORD && loss.key().equals(key));
        var found = store.get(store.now(), "notes", key, Set.of());
        assertEquals(!lost, found.isPresent(), key);
        if (!lost && i != 7) {
          assertEquals(Value.text("v".repeat(100) + i), found.orElseThrow().value().orElseThrow());
        }
      }
    }
  }

  @Test
  void fileOfRecordsRemoved_pastIsThereAndThePresentIsNotOlder() throws Exception {
    Path heads = file(ColumnFamily.HEAD);
    Files.delete(heads);
    SalvageReport report = salvage();
    assertTrue(report.files().getFirst().what().contains("it is missing"), report::toString);
    assertEquals(RECORDS, report.namespaces().getFirst().recordsLost());
    try (Store store = open(target)) {
      // Its first version is in history; the second is lost, so the record is not there.
      assertEquals(Value.text("v".repeat(100) + 7), value(store, key(7), 1));
      assertTrue(store.get(store.now(), "notes", key(7), Set.of()).isEmpty());
    }
  }

  @Test
  void fileOfHistoryCut_presentIsThere() throws Exception {
    Path history = file(ColumnFamily.HISTORY);
    Files.write(history, Arrays.copyOf(Files.readAllBytes(history), 20));
    SalvageReport report = salvage();
    assertFalse(report.isWhole());
    assertEquals(
        List.of(new SalvageReport.Loss("notes", key(7), 1, Part.VERSION)), report.losses());
    try (Store store = open(target)) {
      assertEquals(Value.text("new"), value(store, key(7), 3));
      assertTrue(store.get(store.resolve(AsOf.version(1)), "notes", key(7), Set.of()).isEmpty());
      assertEquals(Value.text("v".repeat(100) + 8), value(store, key(8), 1));
    }
  }

  @Test
  void fileOfChangesRemoved_commitsAreSaidNotToBeWhole() throws Exception {
    Files.delete(file(ColumnFamily.LOG));
    SalvageReport report = salvage();
    assertEquals(3, report.commitsNotWholeCount());
    assertEquals(RECORDS, report.namespaces().getFirst().records());
  }

  @Test
  void fileOfTheRegistryRemoved_namesAreSaidToBeLost() throws Exception {
    Files.delete(file(ColumnFamily.META));
    SalvageReport report = salvage();
    var first = report.namespaces().getFirst();
    assertFalse(first.nameKnown());
    assertTrue(first.namespace().startsWith("salvaged-"), first::toString);
    assertEquals(RECORDS, first.records());
    // What metric its vectors are compared by is lost with it.
    assertTrue(
        report.losses().stream().anyMatch(loss -> loss.what() == Part.EMBEDDING), report::toString);
  }

  @Test
  void fileOfVectorsRemoved_recordIsThereWithout() throws Exception {
    Files.delete(file(ColumnFamily.VECTOR));
    SalvageReport report = salvage();
    assertEquals(
        List.of(new SalvageReport.Loss("vectors", "a", 3, Part.EMBEDDING)), report.losses());
    assertEquals(1, report.commitsNotWholeCount());
  }

  @Test
  void commitsAfterTheSortedFiles_comeOutOfTheLogAndBehindDamageToo() throws Exception {
    try (Store store = open(directory)) {
      for (int i = 0; i < 3; i++) {
        commit(
            store,
            WriteBatch.builder().put("notes", "late" + i, Value.text("l".repeat(50_000))).build());
      }
    }
    Path log;
    try (Stream<Path> files = Files.list(directory.resolve("store"))) {
      log =
          files
              .filter(file -> file.toString().endsWith(".log"))
              .filter(file -> file.toFile().length() > 100_000)
              .findFirst()
              .orElseThrow();
    }
    // In the second of the three.
    Damage.flip(log, Files.size(log) / 2);
    SalvageReport report = salvage();
    assertEquals(log.toString(), report.files().getFirst().place());
    assertEquals(6, report.version());
    assertEquals(List.of(new SalvageReport.VersionRange(5, 5)), report.commitsLost());
    try (Store store = open(target)) {
      assertTrue(store.get(store.now(), "notes", "late0", Set.of()).isPresent());
      assertTrue(store.get(store.now(), "notes", "late1", Set.of()).isEmpty());
      assertEquals(Value.text("l".repeat(50_000)), value(store, "late2", 6));
    }
  }

  @Test
  void purgedRecords_stayAway() throws Exception {
    try (Store store = open(directory)) {
      var _ = store.purge(PurgeRequest.key("notes", key(3)), _ -> {});
    }
    SalvageReport report = salvage();
    assertEquals(0, report.namespaces().getFirst().recordsLost());
    try (Store store = open(target)) {
      assertTrue(store.get(store.resolve(AsOf.version(1)), "notes", key(3), Set.of()).isEmpty());
      assertEquals(Value.text("new"), value(store, key(7), 3));
    }
  }

  @Test
  void sourceOrTargetThatIsNotFit_isRefusedAndNothingMade() throws Exception {
    try (Store _ = open(directory)) {
      assertThrows(LockedException.class, this::salvage);
    }
    assertFalse(Files.exists(target));
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    assertThrows(FormatException.class, () -> Salvage.run(SalvageRequest.of(empty, target)));
    Path full = Files.createDirectory(temporary.resolve("full"));
    Files.writeString(full.resolve("letter"), "dear reader");
    assertThrows(ValidationException.class, () -> Salvage.run(SalvageRequest.of(directory, full)));
    assertThrows(
        ValidationException.class,
        () -> Salvage.run(SalvageRequest.of(directory, directory.resolve("inside"))));
    try (Stream<Path> entries = Files.list(temporary)) {
      assertEquals(3, entries.count());
    }
  }
}
