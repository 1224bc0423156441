package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.FormatException;
import dev.nacre.error.LockedException;
import dev.nacre.maintain.Problem;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.maintain.Problem.Remedy;
import dev.nacre.maintain.RepairReport;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.layout.HistoryRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.maintain.Owners;
import dev.nacre.store.maintain.StoreRepair;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verification finds what was damaged, wherever it is, and says where; repair does what it can. */
class VerificationTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int NAMESPACE = 1;
  private static final int SPACE = 1;

  @TempDir private Path temporary;
  private Path database;
  private Path store;

  @BeforeEach
  void paths() {
    database = temporary.resolve("db");
    store = database.resolve("store");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Rows in every column family, some in sorted files and some in the log. */
  private void fill() {
    try (Store opened =
        Store.open(
            StoreOptions.in(database).withBlockCacheBytes(1 << 20).withWriteBufferBytes(1 << 20))) {
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 40; i++) {
          String value = "value " + round + " of " + i + " ".repeat(300);
          commit(
              opened,
              WriteBatch.builder()
                  .put("docs", "k" + i, Value.text(value))
                  .embed("docs", "k" + i, Embedding.of(1 + round, i, 2, 3))
                  .build());
        }
        commit(opened, WriteBatch.builder().delete("docs", "k7").build());
        commit(
            opened,
            WriteBatch.of(
                new Write.Upsert(
                    "docs",
                    "passing",
                    Value.text("x"),
                    null,
                    List.of(),
                    new Write.Expiry.After(Duration.ofDays(1)),
                    WriteCondition.none())));
        if (round == 0) {
          var _ = opened.compact();
        }
      }
    }
  }

  private static void commit(Store opened, WriteBatch batch) {
    var _ = opened.commit(batch, Durability.SYNC, TIMEOUT).join();
  }

  private List<Problem> verify() {
    return StoreVerification.run(database, ViewCheck.NONE).problems();
  }

  @Test
  void verify_whatIsInOrder_nothingFoundAndNothingChanged() throws IOException {
    fill();
    List<String> before = listing();
    VerifyReport report = StoreVerification.run(database, ViewCheck.NONE);
    assertTrue(report.isClean(), report.problems().toString());
    assertEquals(84, report.version());
    assertTrue(report.rows() > 84 * 2, report.toString());
    assertTrue(report.files() > 5, report.toString());
    assertEquals(before, listing());
  }

  private List<String> listing() throws IOException {
    try (Stream<Path> files = Files.walk(database)) {
      List<String> all = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        all.add(
            database.relativize(file)
                + " "
                + Files.getLastModifiedTime(file)
                + (Files.isRegularFile(file) ? " " + Files.size(file) : ""));
      }
      return all;
    }
  }

  @Test
  void everyFileKind_oneByteFlipped_namesTheFile() throws IOException {
    fill();
    Set<String> kinds = new HashSet<>();
    List<Path> files = new ArrayList<>();
    for (Path directory : List.of(database, store)) {
      try (Stream<Path> entries = Files.list(directory)) {
        entries.filter(Files::isRegularFile).forEach(files::add);
      }
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      String kind = name.replaceAll("^\\d+\\.|-\\d+$", "");
      // No checksum covers these, and they are not needed to read.
      if (Files.size(file) == 0
          || Set.of("OPTIONS", "IDENTITY", "LOCK").contains(kind)
          || name.startsWith("LOG")) {
        continue;
      }
      kinds.add(kind);
      byte[] before = Files.readAllBytes(file);
      Set<Long> offsets =
          new TreeSet<>(
              List.of(before.length / 2L, before.length / 3L, before.length / 4L * 3, 5L));
      for (long offset : offsets) {
        Damage.flip(file, offset);
        List<Problem> problems = verify();
        assertTrue(
            problems.stream().anyMatch(p -> p.place().contains(name) || p.what().contains(name)),
            name + " at " + offset + " of " + before.length + ": " + problems);
        Files.write(file, before);
      }
      assertEquals(List.of(), verify());
    }
    assertEquals(Set.of("FORMAT", "CLEAN", "CURRENT", "MANIFEST", "sst", "log"), kinds);
  }

  @Test
  void everySortedFile_deletedOrCut_namesTheFile() throws IOException {
    fill();
    List<Path> tables;
    try (Stream<Path> entries = Files.list(store)) {
      tables = entries.filter(file -> file.toString().endsWith(".sst")).toList();
    }
    assertTrue(tables.size() > 3, tables.toString());
    for (Path table : tables) {
      byte[] before = Files.readAllBytes(table);
      String name = table.getFileName().toString();
      Files.delete(table);
      assertTrue(mentions(verify(), name), name + " deleted");
      Files.write(table, Arrays.copyOf(before, before.length - 10));
      assertTrue(mentions(verify(), name), name + " cut");
      Files.write(table, before);
    }
    assertEquals(List.of(), verify());
  }

  private static boolean mentions(List<Problem> problems, String name) {
    return problems.stream().anyMatch(p -> p.place().contains(name) || p.what().contains(name));
  }

  private interface Tampering {
    void with(RocksEngine engine, GroupBatch batch);
  }

  /** Rows changed behind the store's back: every checksum is right. */
  private List<Problem> tampered(Tampering tampering) throws Exception {
    Path copy = temporary.resolve("tampered");
    TestDirectories.copy(database, copy);
    try (RocksEngine engine =
        RocksEngine.open(new RocksEngine.Options(copy.resolve("store"), false, 1 << 20, 1 << 20))) {
      GroupBatch batch = new GroupBatch();
      tampering.with(engine, batch);
      engine.write(batch, true);
    }
    try {
      return StoreVerification.run(copy, ViewCheck.NONE).problems();
    } finally {
      TestDirectories.delete(copy);
    }
  }

  private static void assertFound(List<Problem> problems, Area area, String place, String what) {
    assertTrue(
        problems.stream()
            .anyMatch(
                p ->
                    p.area() == area
                        && p.place().contains(place)
                        && p.what().contains(what)
                        && p.remedy() == Remedy.RESTORE),
        area + " " + place + ": " + what + " in " + problems);
  }

  private static byte[] required(RocksEngine engine, ColumnFamily family, byte[] key) {
    byte[] row = engine.get(family, key);
    if (row == null) {
      throw new AssertionError("no such row in " + family);
    }
    return row;
  }

  @Test
  void rowsThatContradictEachOther_eachNamedWithItsPlace() throws Exception {
    fill();
    assertFound(
        tampered((engine, batch) -> batch.delete(ColumnFamily.COMMIT, Keys.commit(5))),
        Area.LOG,
        "commit 5",
        "missing");
    assertFound(
        tampered(
            (engine, batch) -> {
              batch.delete(ColumnFamily.LOG, Keys.log(NAMESPACE, 50, 0));
              batch.delete(ColumnFamily.LOG, Keys.log(NAMESPACE, 50, 1));
            }),
        Area.LOG,
        "key \"k7\"",
        "the log does not name it");
    byte[] k3 = bytes("k3");
    assertFound(
        tampered((engine, batch) -> batch.delete(ColumnFamily.HEAD, Keys.head(NAMESPACE, k3))),
        Area.RECORDS,
        "key \"k3\"",
        "nothing follows");
    byte[] past = Keys.versioned(Keys.historyPrefix(NAMESPACE, k3), 4);
    assertFound(
        tampered(
            (engine, batch) -> {
              HistoryRow row = HistoryRow.parse(required(engine, ColumnFamily.HISTORY, past));
              batch.put(ColumnFamily.HISTORY, past, HistoryRow.encode(row.to() + 3, row.row()));
            }),
        Area.RECORDS,
        "key \"k3\"",
        "overlaps version 46");
    assertFound(
        tampered(
            (engine, batch) -> {
              HistoryRow row = HistoryRow.parse(required(engine, ColumnFamily.HISTORY, past));
              batch.put(ColumnFamily.HISTORY, past, HistoryRow.encode(row.to() - 3, row.row()));
            }),
        Area.RECORDS,
        "key \"k3\"",
        "the next is version 46");
    assertFound(
        tampered((engine, batch) -> batch.delete(ColumnFamily.HISTORY, past)),
        Area.LOG,
        "key \"k3\"",
        "its version 4, which is not stored");
    byte[] vector = Keys.vector(NAMESPACE, SPACE, k3);
    assertFound(
        tampered((engine, batch) -> batch.delete(ColumnFamily.VECTOR, vector)),
        Area.VECTORS,
        "key \"k3\" space \"default\"",
        "is not stored");
    assertFound(
        tampered(
            (engine, batch) -> {
              byte[] row = required(engine, ColumnFamily.VECTOR, vector);
              VectorRow.setVersion(row, 1);
              batch.put(ColumnFamily.VECTOR, vector, row);
            }),
        Area.VECTORS,
        "key \"k3\"",
        "not of version 46");
    assertFound(
        tampered(
            (engine, batch) ->
                batch.put(
                    ColumnFamily.VECTOR,
                    Keys.vector(NAMESPACE, SPACE, bytes("nobody")),
                    required(engine, ColumnFamily.VECTOR, vector))),
        Area.VECTORS,
        "key \"nobody\"",
        "no record names it");
    assertFound(
        tampered(
            (engine, batch) ->
                batch.delete(ColumnFamily.VECTOR_HISTORY, Keys.versioned(vector, 4))),
        Area.VECTORS,
        "key \"k3\"",
        "which is not stored");
    assertFound(
        tampered(
            (engine, batch) ->
                batch.put(ColumnFamily.EXPIRY, Keys.expiry(1, NAMESPACE, k3), Keys.commit(1))),
        Area.EXPIRY,
        "key \"k3\"",
        "does not expire then");
    assertFound(
        tampered((engine, batch) -> batch.delete(ColumnFamily.META, Keys.namespace(NAMESPACE))),
        Area.REGISTRY,
        "namespace id 1",
        "not registered");
    assertFound(
        tampered((engine, batch) -> batch.delete(ColumnFamily.META, Keys.lineage())),
        Area.REGISTRY,
        "meta",
        "lineage is missing");
  }

  @Test
  void verify_whatIsNoDatabase_refused() throws IOException {
    Files.createDirectory(database);
    Files.writeString(database.resolve("letter.txt"), "dear reader");
    assertThrows(FormatException.class, this::verify);
    assertThrows(FormatException.class, () -> StoreRepair.run(database, ViewCheck.NONE));
    try (Stream<Path> files = Files.list(database)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void repair_removesIndexesAndLeftovers_reportsTheRest() throws IOException {
    fill();
    Path index = Files.createDirectories(database.resolve("index").resolve("1"));
    Files.writeString(index.resolve("damaged"), "x");
    Path left = Files.createDirectories(database.resolve("snapshots").resolve(".checkpoint-1"));
    Path table;
    try (Stream<Path> entries = Files.list(store)) {
      table = entries.filter(file -> file.toString().endsWith(".sst")).findFirst().orElseThrow();
    }
    Damage.flip(table, Files.size(table) / 2);
    RepairReport report = StoreRepair.run(database, ViewCheck.NONE);
    assertEquals(2, report.done().size(), report.done().toString());
    assertFalse(Files.exists(index));
    assertFalse(Files.exists(left));
    assertTrue(mentions(report.remaining().problems(), table.getFileName().toString()));

    Damage.flip(table, Files.size(table) / 2);
    RepairReport again = StoreRepair.run(database, ViewCheck.NONE);
    assertEquals(List.of(), again.done());
    assertTrue(again.remaining().isClean(), again.remaining().problems().toString());
  }

  @Test
  void repair_whileItIsOpen_refusedNamingTheOwner() {
    try (Store opened = Store.open(StoreOptions.in(database))) {
      assertThrows(LockedException.class, () -> StoreRepair.run(database, ViewCheck.NONE));
      assertEquals(ProcessHandle.current().pid(), Owners.of(database).orElseThrow().pid());
      assertEquals(0, opened.now().version());
    }
    assertTrue(Owners.of(database).isEmpty());
  }
}
