package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupFile;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.Problem;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.maintain.BackupCheck;
import dev.nacre.store.maintain.BackupRestore;
import dev.nacre.store.maintain.BackupWriter;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups beside writers, of what has not changed, damaged, refused. */
class BackupTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir private Path temporary;
  private Path database;
  private Path backups;

  @BeforeEach
  void paths() {
    database = temporary.resolve("db");
    backups = temporary.resolve("backups");
  }

  private StoreOptions options(Path directory) {
    return StoreOptions.in(directory).withBlockCacheBytes(1 << 20).withWriteBufferBytes(1 << 20);
  }

  private static Commit put(Store store, String key, String value) {
    return store
        .commit(
            WriteBatch.builder().put("docs", key, Value.text(value)).build(),
            Durability.SYNC,
            TIMEOUT)
        .join();
  }

  private Backup backup(Store store) {
    return BackupWriter.run(store, BackupRequest.to(backups), Clock.systemUTC(), () -> false);
  }

  private static Optional<String> read(Store store, String key) {
    return store
        .get(store.now(), "docs", key, Set.of())
        .flatMap(VersionedRecord::value)
        .map(Value::asString);
  }

  @Test
  void backup_whileFourWritersWrite_hasEverythingAcknowledgedBefore() throws Exception {
    AtomicBoolean running = new AtomicBoolean(true);
    Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    List<Backup> made = new ArrayList<>();
    List<Map<String, Long>> before = new ArrayList<>();
    try (Store store = Store.open(options(database))) {
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String writer = "w" + i;
        writers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int n = 0; running.get(); n++) {
                        String key = writer + "-" + n;
                        acknowledged.put(key, put(store, key, key + "x".repeat(500)).version());
                      }
                    }));
      }
      while (made.size() < 4) {
        int size = acknowledged.size();
        while (acknowledged.size() < size + 50) {
          Thread.onSpinWait();
        }
        before.add(Map.copyOf(acknowledged));
        made.add(backup(store));
      }
      running.set(false);
      for (Thread writer : writers) {
        writer.join();
      }
    }
    for (int i = 0; i < made.size(); i++) {
      Backup backup = made.get(i);
      Path target = temporary.resolve("restored" + i);
      var _ = BackupRestore.run(RestoreRequest.of(backups, target).withId(backup.id()));
      assertEquals(List.of(), StoreVerification.run(target, ViewCheck.NONE).problems());
      try (Store store = Store.open(options(target))) {
        assertEquals(backup.version(), store.now().version());
        before.get(i).forEach((key, version) -> assertTrue(version <= backup.version(), key));
        // All that was ever committed up to that version, and nothing else.
        acknowledged.forEach(
            (key, version) ->
                assertEquals(version <= backup.version(), read(store, key).isPresent(), key));
      }
    }
  }

  @Test
  void backup_again_copiesOnlyWhatIsNew() {
    try (Store store = Store.open(options(database))) {
      for (int i = 0; i < 200; i++) {
        var _ = put(store, "k" + i, Integer.toString(i).repeat(2_000));
      }
      Backup first = backup(store);
      assertEquals(first.bytes(), first.newBytes());
      var _ = put(store, "one", "more");
      Backup second = backup(store);
      assertTrue(
          second.newBytes() < second.bytes() / 5,
          second.newBytes() + " of " + second.bytes() + " bytes were copied again");
      Set<String> sorted = new HashSet<>();
      first.files().stream().map(BackupFile::name).filter(BackupTest::isTable).forEach(sorted::add);
      assertTrue(
          second.files().stream().map(BackupFile::name).toList().containsAll(sorted),
          "the sorted files of the first are those of the second");
    }
  }

  private static boolean isTable(String name) {
    return name.endsWith(".sst");
  }

  @Test
  void backup_toldToStop_leavesNothing() throws IOException {
    try (Store store = Store.open(options(database))) {
      var _ = put(store, "a", "1");
      int[] asked = {0};
      assertThrows(
          CancellationException.class,
          () ->
              BackupWriter.run(
                  store, BackupRequest.to(backups), Clock.systemUTC(), () -> asked[0]++ == 3));
      assertEquals(List.of(), BackupRestore.list(backups));
      Backup backup = backup(store);
      assertEquals(List.of(backup), BackupRestore.list(backups));
      assertEquals(List.of(), BackupCheck.run(backups).problems());
      try (Stream<Path> left = Files.list(database.resolve("snapshots"))) {
        assertEquals(0, left.count());
      }
    }
  }

  @Test
  void backup_whereItCannotGo_refusedAndNothingChanged() throws IOException {
    try (Store store = Store.open(options(database));
        Store other = Store.open(options(temporary.resolve("other")))) {
      var _ = backup(store);
      assertThrows(ValidationException.class, () -> backup(other));
      backups = database.resolve("backups");
      assertThrows(ValidationException.class, () -> backup(store));
      backups = Files.createDirectory(temporary.resolve("foreign"));
      Files.writeString(backups.resolve("letter.txt"), "dear reader");
      assertThrows(FormatException.class, () -> backup(store));
      try (Stream<Path> files = Files.list(backups)) {
        assertEquals(1, files.count());
      }
      backups = backups.resolve("letter.txt");
      assertThrows(ValidationException.class, () -> backup(store));
    }
    try (Store memory = Store.open(StoreOptions.inMemory())) {
      assertThrows(ValidationException.class, () -> backup(memory));
    }
    backups = temporary.resolve("backups");
    try (Store reader = Store.open(options(database).asReadOnly())) {
      assertThrows(UnavailableException.class, () -> backup(reader));
    }
  }

  @Test
  void restore_whereItCannotGo_refusedAndNothingChanged() throws IOException {
    try (Store store = Store.open(options(database))) {
      var _ = put(store, "a", "1");
      var _ = backup(store);
    }
    Path full = Files.createDirectory(temporary.resolve("full"));
    Files.writeString(full.resolve("letter.txt"), "dear reader");
    assertThrows(
        ValidationException.class, () -> BackupRestore.run(RestoreRequest.of(backups, full)));
    assertThrows(
        ValidationException.class, () -> BackupRestore.run(RestoreRequest.of(backups, database)));
    Path target = temporary.resolve("target");
    RestoreRequest request = RestoreRequest.of(backups, target);
    assertThrows(
        KeyNotFoundException.class, () -> BackupRestore.run(request.withId("no-such-backup")));
    assertThrows(
        KeyNotFoundException.class, () -> BackupRestore.run(request.withId("../backups/x")));
    assertThrows(
        ValidationException.class, () -> BackupRestore.run(request.withAsOf(AsOf.version(1_000))));
    assertFalse(Files.exists(target));
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    var restored = BackupRestore.run(RestoreRequest.of(backups, empty));
    assertEquals(1, restored.version());
  }

  @Test
  void everyFileOfABackup_oneByteFlipped_namedByVerifyAndRefusedByRestore() throws IOException {
    Backup backup;
    try (Store store = Store.open(options(database))) {
      for (int i = 0; i < 50; i++) {
        var _ = put(store, "k" + i, "v".repeat(1_000));
      }
      backup = backup(store);
    }
    List<Path> files = new ArrayList<>();
    for (BackupFile file : backup.files()) {
      files.add(backups.resolve("files").resolve(file.sha256() + "-" + file.bytes()));
    }
    files.add(backups.resolve(backup.id() + ".backup"));
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length == 0) {
        continue;
      }
      Damage.flip(file, bytes.length / 2);
      List<Problem> problems = BackupCheck.run(backups).problems();
      assertEquals(1, problems.size(), file.toString());
      assertTrue(problems.getFirst().place().equals(file.toString()), problems.toString());
      Path target = temporary.resolve("target");
      CorruptionException refused =
          assertThrows(
              CorruptionException.class,
              () -> BackupRestore.run(RestoreRequest.of(backups, target)));
      assertEquals(file.toString(), refused.details().get("file"));
      assertFalse(Files.exists(target), "a damaged restore has left something");
      Files.write(file, bytes);
    }
    assertEquals(List.of(), BackupCheck.run(backups).problems());
  }
}
