package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.LockedException;
import dev.nacre.error.NacreException;
import dev.nacre.error.UnavailableException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** One owner, readers beside it, what a killed owner leaves, and what damage does. */
@Timeout(60)
class DirectoryTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir Path root;
  private Path directory = Path.of("");

  @BeforeEach
  void name() {
    directory = root.resolve("db");
  }

  @Test
  void open_creates_thenFindsWhatWasWritten() throws Exception {
    String lineage;
    try (Store store = Store.open(directory)) {
      lineage = store.lineage();
      assertEquals(0, store.now().version());
      put(store, "k", 3);
    }
    try (Store store = Store.open(directory)) {
      assertEquals(lineage, store.lineage());
      assertEquals(3, store.now().version());
      put(store, "k", 1);
      assertEquals(4, store.now().version());
      assertTrue(store.indexDirectory().isPresent());
    }
  }

  @Test
  void storesInMemory_areNotTheSame() throws Exception {
    try (Store one = Store.open(StoreOptions.inMemory());
        Store other = Store.open(StoreOptions.inMemory())) {
      put(one, "k", 1);
      assertEquals(0, other.now().version());
      assertNotEquals(one.lineage(), other.lineage());
      assertTrue(one.indexDirectory().isEmpty());
    }
  }

  @Test
  void open_whileOwned_isRefusedAndNamesTheOwner() throws Exception {
    try (Store owner = Store.open(directory)) {
      put(owner, "k", 1);
      LockedException refusal = assertThrows(LockedException.class, () -> Store.open(directory));
      assertTrue(
          String.valueOf(refusal.getMessage()).contains(directory.toString())
              || refusal.details().toString().contains(directory.toString()),
          refusal::toString);
      assertTrue(
          (refusal.getMessage() + refusal.details())
              .contains(Long.toString(ProcessHandle.current().pid())),
          () -> "the owner is not named: " + refusal.getMessage() + refusal.details());
      // The owner is none the worse for it.
      put(owner, "k", 1);
    }
    try (Store next = Store.open(directory)) {
      assertEquals(2, next.now().version());
    }
  }

  @Test
  void open_whileOwnedByAnotherProcess_isRefused() throws Exception {
    try (ChildJvm child = ChildJvm.start(OwnerChild.class, root, directory.toString())) {
      var _ = child.expect("open");
      assertThrows(LockedException.class, () -> Store.open(directory));
      child.kill();
    }
    try (Store store = Store.open(directory)) {
      assertTrue(store.now().version() >= 0);
    }
  }

  @Test
  void readOnly_besideTheOwner_seesAVersionAndRefusesCommits() throws Exception {
    try (Store owner = Store.open(directory)) {
      put(owner, "k", 5);
      try (Store reader = Store.open(StoreOptions.in(directory).asReadOnly())) {
        ReadPoint at = reader.now();
        assertEquals(5, at.version());
        assertEquals(owner.lineage(), reader.lineage());
        assertEquals(5, reader.get(at, "ns", "k", Set.of("default")).orElseThrow().version());
        assertEquals(1, reader.scan(ScanRequest.of("ns").withAsOf(AsOf.version(2))).items().size());

        ExecutionException failure =
            assertThrows(
                ExecutionException.class,
                () -> reader.commit(batch("other", 0), Durability.ASYNC, TIMEOUT).get());
        NacreException refusal = assertInstanceOf(UnavailableException.class, failure.getCause());
        assertTrue(String.valueOf(refusal.getMessage()).contains("read-only"));

        // The owner goes on; the reader stays where it is.
        put(owner, "k", 2);
        assertEquals(5, reader.now().version());
        assertEquals(5, reader.get(reader.now(), "ns", "k", Set.of()).orElseThrow().version());
      }
      assertEquals(7, owner.now().version());
    }
  }

  @Test
  void readOnly_ofNothing_isRefusedAndCreatesNothing() {
    assertThrows(NacreException.class, () -> Store.open(StoreOptions.in(directory).asReadOnly()));
    assertFalse(Files.exists(directory.resolve("store")));
  }

  @Test
  void killedStore_reopensWithEverything() throws Exception {
    Path left = root.resolve("left");
    try (Store store = Store.open(directory)) {
      put(store, "k", 50);
      TestDirectories.copy(directory, left);
    }
    try (Store store = Store.open(left)) {
      assertEquals(50, store.now().version());
      for (long version = 1; version <= 50; version++) {
        ReadPoint at = store.resolve(AsOf.version(version));
        assertEquals(version, store.get(at, "ns", "k", Set.of("default")).orElseThrow().version());
      }
      put(store, "k", 1);
    }
  }

  @Test
  void tornTail_ofTheLog_isTheEndOfIt() throws Exception {
    Path left = root.resolve("left");
    try (Store store = Store.open(directory)) {
      put(store, "k", 50);
      TestDirectories.copy(directory, left);
    }
    Path log = newestLog(left);
    byte[] bytes = Files.readAllBytes(log);
    Files.write(log, Arrays.copyOf(bytes, bytes.length - 7));
    try (Store store = Store.open(left)) {
      // Only the last write is torn; a power cut in the middle of it looks the same.
      assertEquals(49, store.now().version());
      put(store, "k", 1);
      assertEquals(50, store.now().version());
    }
  }

  @Test
  void flippedBit_inTheMiddleOfTheLog_isCorruptionAndChangesNothing() throws Exception {
    Path left = root.resolve("left");
    try (Store store = Store.open(directory)) {
      put(store, "k", 50);
      TestDirectories.copy(directory, left);
    }
    Path log = newestLog(left);
    byte[] bytes = Files.readAllBytes(log);
    bytes[bytes.length / 2] ^= 1;
    Files.write(log, bytes);
    CorruptionException first = assertThrows(CorruptionException.class, () -> Store.open(left));
    assertTrue(
        (first.getMessage() + first.details()).contains(String.valueOf(log.getFileName())),
        () -> "the file is not named: " + first.getMessage() + first.details());
    // Refusing has repaired nothing behind our back.
    assertThrows(CorruptionException.class, () -> Store.open(left));
    assertArrayEquals(bytes, Files.readAllBytes(log));
  }

  @Test
  void readOnly_ofADamagedLog_isCorruptionAsForTheOwner() throws Exception {
    Path left = root.resolve("left");
    try (Store store = Store.open(directory)) {
      put(store, "k", 50);
      TestDirectories.copy(directory, left);
    }
    Path log = newestLog(left);
    byte[] bytes = Files.readAllBytes(log);
    bytes[bytes.length / 2] ^= 1;
    Files.write(log, bytes);
    assertThrows(CorruptionException.class, () -> Store.open(StoreOptions.in(left).asReadOnly()));
  }

  @Test
  void readOnly_ofATornTail_seesWhatIsBeforeItAndChangesNothing() throws Exception {
    Path left = root.resolve("left");
    String lineage;
    try (Store store = Store.open(directory)) {
      put(store, "k", 50);
      lineage = store.lineage();
      TestDirectories.copy(directory, left);
    }
    Path log = newestLog(left);
    byte[] torn = Arrays.copyOf(Files.readAllBytes(log), (int) Files.size(log) - 7);
    Files.write(log, torn);
    try (Store store = Store.open(StoreOptions.in(left).asReadOnly())) {
      assertEquals(49, store.now().version());
      assertEquals(lineage, store.lineage());
    }
    assertArrayEquals(torn, Files.readAllBytes(log));
  }

  @Test
  void readOnly_ofALogCutShortAfterACleanClose_isCorruption() throws Exception {
    try (Store store = Store.open(directory)) {
      put(store, "k", 50);
    }
    Path log = newestLog(directory);
    Files.write(log, Arrays.copyOf(Files.readAllBytes(log), (int) Files.size(log) - 7));
    assertThrows(
        CorruptionException.class, () -> Store.open(StoreOptions.in(directory).asReadOnly()));
  }

  @Test
  void readOnly_besideABusyOwner_findsNothingMissing() throws Exception {
    // Small buffers: log files are begun and deleted all the time.
    StoreOptions options = StoreOptions.in(directory).withWriteBufferBytes(1 << 20);
    try (Store owner = Store.open(options)) {
      put(owner, "k", 1);
      AtomicBoolean enough = new AtomicBoolean();
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                byte[] noise = new byte[50_000];
                for (int i = 0; !enough.get(); i++) {
                  new Random(i).nextBytes(noise);
                  WriteBatch batch =
                      WriteBatch.builder()
                          .put("ns", "b" + i % 50, Value.bytes(noise, "a/b"))
                          .build();
                  var _ = owner.commit(batch, Durability.SYNC, TIMEOUT).join();
                }
              });
      int opened = 0;
      for (int i = 0; i < 30; i++) {
        long before = owner.now().version();
        try (Store reader = Store.open(StoreOptions.in(directory).asReadOnly())) {
          assertTrue(reader.now().version() >= before);
          opened++;
        } catch (UnavailableException e) {
          // A file that RocksDB wanted was deleted by the owner meanwhile: open it again.
          assertInstanceOf(RocksDBException.class, e.getCause());
        }
      }
      enough.set(true);
      writing.join();
      assertTrue(opened > 0);
    }
  }

  @Test
  void flippedBit_inASortedFile_isCorruptionWhenRead() throws Exception {
    StoreOptions options = StoreOptions.in(directory).withWriteBufferBytes(1 << 20);
    try (Store store = Store.open(options)) {
      for (int i = 0; i < 64; i++) {
        byte[] noise = new byte[60_000];
        new Random(i).nextBytes(noise);
        WriteBatch batch =
            WriteBatch.builder().put("ns", "k" + i, Value.bytes(noise, "a/b")).build();
        var _ = store.commit(batch, Durability.ASYNC, TIMEOUT).get();
      }
    }
    Path sorted = largest(directory, ".sst");
    byte[] bytes = Files.readAllBytes(sorted);
    bytes[bytes.length / 3] ^= 4;
    Files.write(sorted, bytes);
    assertThrows(
        CorruptionException.class,
        () -> {
          try (Store store = Store.open(options)) {
            String cursor = null;
            do {
              var page = store.scan(ScanRequest.of("ns").withCursor(cursor));
              cursor = page.cursor();
            } while (cursor != null);
          }
        });
  }

  private static void put(Store store, String key, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      var _ = store.commit(batch(key, i), Durability.SYNC, TIMEOUT).get();
    }
  }

  private static WriteBatch batch(String key, int i) {
    return WriteBatch.builder()
        .put("ns", key, Value.json("{\"i\": " + i + "}"))
        .embed("ns", key, Embedding.of(1, i))
        .build();
  }

  private static Path newestLog(Path directory) throws IOException {
    return largest(directory, ".log");
  }

  private static Path largest(Path directory, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .max(Comparator.comparingLong((Path file) -> file.toFile().length()))
          .orElseThrow();
    }
  }
}
