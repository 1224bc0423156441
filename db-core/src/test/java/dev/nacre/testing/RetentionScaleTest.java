package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.SweepReport;
import dev.nacre.model.Durability;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What sweeps cost when there is much; prints figures, and fails only where they are absurd. */
@Tag("soak")
class RetentionScaleTest {
  private static final int NAMESPACES = 50_000;
  private static final int PER_COMMIT = 500;

  @TempDir Path directory;
  private final ManualClock clock = new ManualClock(Instant.parse("2026-05-01T00:00:00Z"));

  private Store open() {
    return Store.open(
        StoreOptions.in(directory.resolve("db"))
            .withClock(clock)
            .withSweeping(new Sweeping(Duration.ZERO, Duration.ofMinutes(1))));
  }

  @Test
  void manyNamespaces_idleSweepsAreCheap_andDroppedOnesDoNotSlowReads() throws Exception {
    NamespaceOptions options =
        NamespaceOptions.DEFAULT.withRetention(Retention.duration(Duration.ofDays(1)));
    try (Store store = open()) {
      for (int i = 0; i < NAMESPACES; i += PER_COMMIT) {
        List<Write> writes = new ArrayList<>();
        for (int j = i; j < i + PER_COMMIT; j++) {
          writes.add(new Write.Configure("agent-" + j, options));
          writes.add(put("agent-" + j, "k", 1));
          writes.add(put("agent-" + j, "l", 1));
        }
        commit(store, writes);
      }
      System.out.println("get p50 before: " + getMedian(store) + " µs");
      System.out.println("sweep, young: " + millis(store, "first") + " ms");
      System.out.println("sweep, idle: " + millis(store, "idle") + " ms");
      clock.advance(Duration.ofDays(2));
      System.out.println(
          "sweep that drops " + 2 * NAMESPACES + " log rows: " + millis(store, "drop") + " ms");
      long idle = Long.MAX_VALUE;
      for (int i = 0; i < 5; i++) {
        idle = Math.min(idle, millis(store, "idle"));
      }
      System.out.println("sweep, idle: " + idle + " ms");
      assertTrue(idle < 1_000, "an idle sweep took " + idle + " ms");

      for (int i = 0; i < NAMESPACES / 2; i += PER_COMMIT) {
        List<Write> writes = new ArrayList<>();
        for (int j = i; j < i + PER_COMMIT; j++) {
          writes.add(new Write.DeleteNamespace("agent-" + 2 * j));
        }
        commit(store, writes);
      }
      clock.advance(Duration.ofDays(2));
      long begun = System.nanoTime();
      SweepReport report = store.sweep(() -> false);
      System.out.println(
          "sweep that drops namespaces: "
              + (System.nanoTime() - begun) / 1_000_000
              + " ms, "
              + report);
      assertEquals(NAMESPACES / 2, report.namespacesDropped());
      System.out.println("get p50 with dropped ranges: " + getMedian(store) + " µs");
      System.out.println("sweep, idle: " + millis(store, "idle") + " ms");
    }
    long begun = System.nanoTime();
    try (Store store = open()) {
      System.out.println("open: " + (System.nanoTime() - begun) / 1_000_000 + " ms");
      System.out.println("sweep after opening: " + millis(store, "first") + " ms");
      System.out.println("sweep, idle: " + millis(store, "idle") + " ms");
      System.out.println("get p50, opened again: " + getMedian(store) + " µs");
      var _ = store.compact();
      System.out.println("get p50, compacted: " + getMedian(store) + " µs");
    }
  }

  @Test
  void supersededValues_giveTheirSpaceBack() throws Exception {
    Path files = directory.resolve("db").resolve("store");
    try (Store store = open()) {
      commit(
          store,
          List.of(
              new Write.Configure(
                  "ns",
                  NamespaceOptions.DEFAULT.withRetention(
                      Retention.duration(Duration.ofHours(1))))));
      Random random = new Random(1);
      CompletableFuture<?> last = CompletableFuture.completedFuture(null);
      for (int i = 0; i < 20_000; i++) {
        byte[] bytes = new byte[10_240];
        random.nextBytes(bytes);
        last =
            store.commit(
                WriteBatch.builder().put("ns", "k" + i % 100, Value.bytes(bytes, "a/b")).build(),
                Durability.ASYNC,
                Duration.ofSeconds(60));
        if (i % 1_000 == 0) {
          var _ = last.get(60, SECONDS);
        }
      }
      var _ = last.get(60, SECONDS);
      System.out.println("written, MiB: " + (size(files) >> 20));
      clock.advance(Duration.ofHours(2));
      long begun = System.nanoTime();
      SweepReport report = store.sweep(() -> false);
      System.out.println("sweep: " + (System.nanoTime() - begun) / 1_000_000 + " ms, " + report);
      begun = System.nanoTime();
      var _ = store.compact();
      System.out.println("compact: " + (System.nanoTime() - begun) / 1_000_000 + " ms");
      System.out.println("swept and compacted, MiB: " + (size(files) >> 20));
    }
    try (Store _ = open()) {
      // The log of what is in files now goes.
    }
    long left = size(files);
    System.out.println("opened again, MiB: " + (left >> 20));
    assertTrue(left < 20 << 20, () -> left + " bytes are left of 200 MB");
  }

  private static long millis(Store store, String what) {
    long begun = System.nanoTime();
    SweepReport report = store.sweep(() -> false);
    if (what.equals("idle")) {
      assertEquals(SweepReport.NOTHING, report);
    }
    return (System.nanoTime() - begun) / 1_000_000;
  }

  /** In microseconds. */
  private static double getMedian(Store store) {
    Random random = new Random(3);
    ReadPoint at = store.now();
    long[] nanos = new long[50_000];
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < nanos.length; i++) {
        String namespace = "agent-" + (2 * random.nextInt(NAMESPACES / 2) + 1);
        long begun = System.nanoTime();
        assertTrue(store.get(at, namespace, "k", Set.of()).isPresent());
        nanos[i] = System.nanoTime() - begun;
      }
    }
    Arrays.sort(nanos);
    return Math.round(nanos[nanos.length / 2] / 100.0) / 10.0;
  }

  private static Write put(String namespace, String key, int value) {
    return new Write.Upsert(
        namespace,
        key,
        Value.json("" + value),
        null,
        List.of(),
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none());
  }

  private static void commit(Store store, List<Write> writes) throws Exception {
    var _ =
        store
            .commit(
                WriteBatch.of(writes, dev.nacre.model.CommitAttributes.NONE),
                Durability.ASYNC,
                Duration.ofSeconds(60))
            .get(60, SECONDS);
  }

  private static long size(Path of) throws Exception {
    try (Stream<Path> files = Files.list(of)) {
      long size = 0;
      for (Path file : files.toList()) {
        size += Files.size(file);
      }
      return size;
    }
  }
}
