package dev.nacre.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that is full refuses writes by type, loses nothing, goes on serving reads, and goes on
 * taking writes when there is room, without opening again.
 */
@Timeout(60)
class FullDiskTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int VALUE_BYTES = 100_000;

  /** So large that the log fills the disk, and no sorted file is written before. */
  private static final long WRITE_BUFFER_BYTES = 36L << 20;

  @TempDir Path work;
  private final List<Path> disks = new ArrayList<>();

  @AfterEach
  void unmount() throws Exception {
    for (Path disk : disks) {
      assertTrue(runs("umount", disk.toString()), "the small disk must go");
    }
  }

  @Test
  void fullDisk_refusesWrites_untilThereIsRoom() throws Exception {
    Path disk = smallDisk("first");

    Path filler = Files.write(disk.resolve("filler"), new byte[24 << 20]);
    StoreOptions options =
        StoreOptions.in(disk.resolve("db")).withWriteBufferBytes(WRITE_BUFFER_BYTES);
    List<String> acknowledged = new ArrayList<>();
    try (Store store = Store.open(options)) {
      ResourceExhaustedException full = fill(store, acknowledged);
      assertEquals("diskFull", full.details().get("reason"));
      assertEquals("none", full.details().get("outcome"));
      assertEquals(Long.toString(WRITE_BUFFER_BYTES / 2), full.details().get("bytesNeeded"));
      assertTrue(full.retryable());

      // Neither version nor namespace of what was refused is there, whatever it was called.
      assertInstanceOf(ResourceExhaustedException.class, refused(store, "other", "refused"));
      assertThrows(
          UnavailableException.class, () -> store.ensureDurable(store.now().version() + 1));
      assertEquals(acknowledged.size(), store.now().version());
      assertHolds(store, acknowledged);

      Files.delete(filler);
      await().atMost(PATIENCE).until(() -> goesOn(store, acknowledged.size() + 1));
      assertEquals(
          List.of("ns", "third"),
          store.namespaces(store.now()).stream().map(Namespace::name).toList());
      assertHolds(store, acknowledged);
      store.ensureDurable(store.now().version());

      // What a killed process would leave behind opens with everything that was acknowledged.
      Path copy = work.resolve("copy");
      TestDirectories.copy(disk.resolve("db"), copy);
      try (Store reopened = Store.open(copy)) {
        assertEquals(store.lineage(), reopened.lineage());
        assertEquals(acknowledged.size() + 1, reopened.now().version());
        assertHolds(reopened, acknowledged);
      }
    }
    try (Store reopened = Store.open(options)) {
      assertEquals(acknowledged.size() + 2, commit(reopened, "other", "k", 10).version());
      assertHolds(reopened, acknowledged);
    }
  }

  private static boolean goesOn(Store store, long version) throws Exception {
    try {
      assertEquals(version, commit(store, "third", "k", 10).version());
      return true;
    } catch (ExecutionException e) {
      assertInstanceOf(ResourceExhaustedException.class, e.getCause());
      return false;
    }
  }

  @Test
  void fullDisk_opensAgain_withEverythingThatWasAcknowledged() throws Exception {
    Path disk = smallDisk("disk");
    Path filler = Files.write(disk.resolve("filler"), new byte[24 << 20]);
    StoreOptions options =
        StoreOptions.in(disk.resolve("db")).withWriteBufferBytes(WRITE_BUFFER_BYTES);
    List<String> acknowledged = new ArrayList<>();
    try (Store store = Store.open(options)) {
      assertEquals("none", fill(store, acknowledged).details().get("outcome"));
    }
    ResourceExhaustedException opening =
        assertThrows(ResourceExhaustedException.class, () -> Store.open(options).close());
    assertEquals("diskFull", opening.details().get("reason"));
    try (Store reader = Store.open(options.asReadOnly())) {
      assertHolds(reader, acknowledged);
    }
    Files.delete(filler);
    try (Store reopened = Store.open(options)) {
      assertEquals(acknowledged.size(), reopened.now().version());
      assertHolds(reopened, acknowledged);
      assertEquals(acknowledged.size() + 1, commit(reopened, "ns", "more", 10).version());
    }
  }

  @Test
  void fullDisk_stopsASweep_whichGoesOnWhenThereIsRoom() throws Exception {
    Path disk = smallDisk("swept");
    Path filler = Files.write(disk.resolve("filler"), new byte[24 << 20]);
    StoreOptions options =
        StoreOptions.in(disk.resolve("db"))
            .withWriteBufferBytes(WRITE_BUFFER_BYTES)
            .withSweeping(new Sweeping(Duration.ZERO, Duration.ZERO));
    List<String> acknowledged = new ArrayList<>();
    try (Store store = Store.open(options)) {
      var _ =
          store
              .commit(
                  WriteBatch.of(
                      new Write.Configure(
                          "swept",
                          NamespaceOptions.DEFAULT.withRetention(Retention.lastVersions(1)))),
                  Durability.SYNC,
                  PATIENCE)
              .get(20, TimeUnit.SECONDS);
      for (int i = 0; i < 100; i++) {
        var _ = commit(store, "swept", "k", 10);
      }
      ResourceExhaustedException full = null;
      for (int i = 0; full == null; i++) {
        try {
          var _ = commit(store, "ns", "k" + i, VALUE_BYTES);
          acknowledged.add("k" + i);
        } catch (ExecutionException e) {
          full = assertInstanceOf(ResourceExhaustedException.class, e.getCause());
        }
      }
      ResourceExhaustedException stopped =
          assertThrows(ResourceExhaustedException.class, () -> store.sweep(() -> false));
      assertEquals("diskFull", stopped.details().get("reason"));
      assertEquals(1, store.statistics().sweeps().failures());
      assertHolds(store, acknowledged);
      assertTrue(store.get(store.now(), "swept", "k", Set.of()).isPresent());

      Files.delete(filler);
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(ResourceExhaustedException.class)
          .until(() -> store.sweep(() -> false).historyRows() > 0);
      assertEquals("", store.statistics().sweeps().lastFailure());
      assertEquals(99, store.statistics().sweeps().total().historyRows());
      assertHolds(store, acknowledged);
    }
  }

  private Path smallDisk(String name) throws Exception {
    Path disk = Files.createDirectory(work.resolve(name));
    boolean mounted =
        System.getProperty("os.name", "").startsWith("Linux")
            && runs("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk.toString());
    assumeTrue(mounted, "a small disk cannot be mounted here: that takes Linux and its root");
    disks.add(disk);
    return disk;
  }

  private static ResourceExhaustedException fill(Store store, List<String> acknowledged)
      throws Exception {
    while (true) {
      String key = "k" + acknowledged.size();
      try {
        assertEquals(acknowledged.size() + 1, commit(store, "ns", key, VALUE_BYTES).version());
        acknowledged.add(key);
      } catch (ExecutionException e) {
        return assertInstanceOf(ResourceExhaustedException.class, e.getCause());
      }
    }
  }

  private static @Nullable Throwable refused(Store store, String namespace, String key) {
    return assertThrows(ExecutionException.class, () -> commit(store, namespace, key, VALUE_BYTES))
        .getCause();
  }

  private static Commit commit(Store store, String namespace, String key, int bytes)
      throws Exception {
    Value value = Value.bytes(content(key, bytes), "application/octet-stream");
    return store
        .commit(WriteBatch.builder().put(namespace, key, value).build(), Durability.SYNC, PATIENCE)
        .get(20, TimeUnit.SECONDS);
  }

  private static void assertHolds(Store store, List<String> keys) {
    for (String key : keys) {
      assertEquals(
          Value.bytes(content(key, VALUE_BYTES), "application/octet-stream"),
          store.get(store.now(), "ns", key, Set.of()).orElseThrow().value().orElseThrow());
    }
  }

  /** Bytes that do not compress, the same for the same key. */
  private static byte[] content(String key, int bytes) {
    byte[] content = new byte[bytes];
    new Random(key.hashCode()).nextBytes(content);
    return content;
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      // No such program here.
      return false;
    }
  }
}
