package dev.nacre.store.commit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Limits;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.testing.GatedProbe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Batches of maintenance are written between groups, one at a time, without a version, and fail by
 * the rules of a group.
 */
@Timeout(60)
class MaintenanceWritesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path work;
  private final GatedProbe probe = new GatedProbe();
  private @Nullable RocksEngine engine;
  private @Nullable GroupCommitter committer;
  private @Nullable StoreExecutors executors;

  private GroupCommitter open(@Nullable Path directory) {
    RocksEngine opened =
        RocksEngine.open(new RocksEngine.Options(directory, false, 1 << 20, 36L << 20));
    NamespaceRegistry registry = NamespaceRegistry.load(opened);
    CommitPreparer preparer = new CommitPreparer(opened, registry, Limits.DEFAULT, () -> 0);
    StoreExecutors threads = StoreExecutors.create();
    GroupCommitter created =
        new GroupCommitter(
            opened,
            registry,
            preparer,
            64 << 20,
            new GroupCommitter.Settings(
                8 << 20, 18 << 20, Clock.systemUTC(), probe, threads, "lineage", 1_000_000),
            new Visible(0, 0));
    created.start();
    engine = opened;
    committer = created;
    executors = threads;
    return created;
  }

  @AfterEach
  void close() {
    probe.release();
    if (committer != null) {
      committer.drain();
    }
    if (executors != null) {
      executors.close();
    }
    if (engine != null) {
      engine.close();
    }
  }

  @Test
  void maintain_writesWithoutAVersion() throws Exception {
    GroupCommitter opened = open(null);
    opened.maintain(put("a", 10), true).get(20, SECONDS);
    assertArrayEquals(new byte[10], get("a"));
    assertEquals(0, opened.visible().version());
    assertEquals(0, opened.commits());
    assertEquals(1, commit(opened, "k").get(20, SECONDS).version());

    GroupBatch drop = new GroupBatch();
    drop.delete(ColumnFamily.META, bytes("a"));
    opened.maintain(drop, false).get(20, SECONDS);
    assertNull(get("a"));
  }

  @Test
  void maintain_synced_makesTheGroupsBeforeItDurable() throws Exception {
    GroupCommitter opened = open(null);
    assertEquals(1, commit(opened, "k").get(20, SECONDS).version());
    assertEquals(0, opened.durableVersion());
    opened.maintain(put("a", 10), true).get(20, SECONDS);
    assertEquals(1, opened.durableVersion());
  }

  @Test
  void maintain_takesTurnsWithGroups() throws Exception {
    GroupCommitter opened = open(null);
    probe.holdWrites();
    List<CompletableFuture<Void>> batches = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      batches.add(opened.maintain(put("m" + i, 10), false));
    }
    await().until(() -> probe.writesHeld() == 1);
    CompletableFuture<Commit> commit = commit(opened, "k");
    // The batch that is being written, then the group, though two more batches were there before.
    probe.step();
    await().until(() -> probe.writesHeld() == 2);
    batches.get(0).get(20, SECONDS);
    probe.step();
    await().until(() -> probe.writesHeld() == 3);
    assertEquals(1, commit.get(20, SECONDS).version());
    assertFalse(batches.get(2).isDone());
    assertNotNull(get("m0"));
    assertNull(get("m2"));
    probe.release();
    batches.get(2).get(20, SECONDS);
    assertNotNull(get("m2"));
  }

  @Test
  void maintain_cancelledBeforeItsTurn_isNotWritten() throws Exception {
    GroupCommitter opened = open(null);
    probe.holdWrites();
    CompletableFuture<Void> first = opened.maintain(put("first", 10), false);
    await().until(() -> probe.writesHeld() == 1);
    CompletableFuture<Void> second = opened.maintain(put("second", 10), false);
    assertTrue(second.cancel(false));
    CompletableFuture<Void> third = opened.maintain(put("third", 10), false);
    probe.release();
    first.get(20, SECONDS);
    third.get(20, SECONDS);
    assertNull(get("second"));
  }

  @Test
  void maintain_thatStorageFails_stopsWriting() {
    GroupCommitter opened = open(null);
    probe.failWrites(new IllegalStateException("the disk is on fire"));
    UnavailableException failed =
        failure(opened.maintain(put("a", 10), false), UnavailableException.class);
    assertEquals("unknown", failed.details().get("outcome"));
    probe.failWrites(null);
    assertTrue(opened.hasFailed());
    assertEquals(
        "none",
        failure(opened.maintain(put("b", 10), false), UnavailableException.class)
            .details()
            .get("outcome"));
    assertEquals(
        "none", failure(commit(opened, "k"), UnavailableException.class).details().get("outcome"));
  }

  @Test
  void drain_writesWhatWasAccepted() throws Exception {
    GroupCommitter opened = open(null);
    probe.holdWrites();
    CompletableFuture<Void> first = opened.maintain(put("first", 10), false);
    CompletableFuture<Void> second = opened.maintain(put("second", 10), false);
    await().until(() -> probe.writesHeld() == 1);
    probe.release();
    opened.drain();
    first.get(20, SECONDS);
    second.get(20, SECONDS);
    assertNotNull(get("second"));
  }

  @Test
  void deleteRange_dropsTheRange() throws Exception {
    GroupCommitter opened = open(null);
    for (String key : List.of("a", "b", "c")) {
      opened.maintain(put(key, 10), false).get(20, SECONDS);
    }
    GroupBatch drop = new GroupBatch();
    assertTrue(drop.isEmpty());
    drop.deleteRange(ColumnFamily.META, bytes("a"), bytes("c"));
    assertFalse(drop.isEmpty());
    opened.maintain(drop, true).get(20, SECONDS);
    try (RocksCursor cursor = opened().cursor(ColumnFamily.META, RocksEngine.CursorUse.BULK)) {
      assertTrue(cursor.seek(bytes("a")));
      assertArrayEquals(bytes("c"), cursor.key());
    }
  }

  @Test
  void maintain_onAFullDisk_isRefusedUntilThereIsRoom() throws Exception {
    Path disk = Files.createDirectory(work.resolve("disk"));
    boolean mounted =
        System.getProperty("os.name", "").startsWith("Linux")
            && runs("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk.toString());
    assumeTrue(mounted, "a small disk cannot be mounted here: that takes Linux and its root");
    try {
      Path filler = Files.write(disk.resolve("filler"), new byte[24 << 20]);
      GroupCommitter opened = open(disk.resolve("db"));
      int written = 0;
      ResourceExhaustedException full = null;
      while (full == null) {
        try {
          opened.maintain(put("m" + written, 100_000), false).get(20, SECONDS);
          written++;
        } catch (ExecutionException e) {
          full = assertInstanceOf(ResourceExhaustedException.class, e.getCause());
        }
      }
      assertEquals("diskFull", full.details().get("reason"));
      assertTrue(opened.isDiskFull());
      assertFalse(opened.hasFailed());
      failure(commit(opened, "k"), ResourceExhaustedException.class);
      assertNotNull(get("m" + (written - 1)));

      Files.delete(filler);
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(ExecutionException.class)
          .untilAsserted(() -> opened.maintain(put("again", 10), true).get(20, SECONDS));
      assertFalse(opened.isDiskFull());
      assertEquals(1, commit(opened, "k").get(20, SECONDS).version());
    } finally {
      close();
      engine = null;
      committer = null;
      executors = null;
      assertTrue(runs("umount", disk.toString()), "the small disk must go");
    }
  }

  private RocksEngine opened() {
    RocksEngine current = engine;
    if (current == null) {
      throw new IllegalStateException("nothing is open");
    }
    return current;
  }

  private byte @Nullable [] get(String key) {
    return opened().get(ColumnFamily.META, bytes(key));
  }

  private static GroupBatch put(String key, int length) {
    GroupBatch batch = new GroupBatch();
    byte[] value = new byte[length];
    if (length > 10) {
      new Random(key.hashCode()).nextBytes(value);
    }
    batch.put(ColumnFamily.META, bytes(key), value);
    return batch;
  }

  private static CompletableFuture<Commit> commit(GroupCommitter to, String key) {
    return to.submit(
        WriteBatch.builder().put("ns", key, Value.json("1")).build(), Durability.ASYNC, PATIENCE);
  }

  private static <E extends NacreException> E failure(
      CompletableFuture<?> future, Class<E> expected) {
    ExecutionException thrown =
        assertThrows(ExecutionException.class, () -> future.get(20, SECONDS));
    return assertInstanceOf(expected, thrown.getCause());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean runs(String... command) throws Exception {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (java.io.IOException _) {
      return false;
    }
  }
}
