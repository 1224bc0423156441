package dev.nacre.testing;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Metadata;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Opens a store, calls everything from many threads, closes it under them, again and again. A
 * process of its own, because the failure looked for takes the process with it.
 */
public final class CloseUnderLoad {
  private static final EmbeddingSpace SPACE = EmbeddingSpace.of(3);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private CloseUnderLoad() {}

  /**
   * Runs as many rounds as the first argument says; ends with 0 when each thread met nothing but
   * the typed refusal.
   */
  public static void main(String[] arguments) throws Exception {
    for (int round = 0; round < Integer.parseInt(arguments[0]); round++) {
      Throwable failure = round();
      if (failure != null) {
        failure.printStackTrace();
        System.exit(1);
      }
    }
    System.exit(0);
  }

  private static @Nullable Throwable round() throws Exception {
    Store store = Store.open(StoreOptions.inMemory());
    for (int i = 0; i < 100; i++) {
      commit(store, i);
    }
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Runnable> calls =
        List.of(
            () -> commit(store, ThreadLocalRandom.current().nextInt(100)),
            () -> read(store),
            () -> scan(store),
            () -> views(store));
    CountDownLatch started = new CountDownLatch(2 * calls.size());
    List<Thread> threads = new ArrayList<>();
    for (Runnable call : calls) {
      for (int i = 0; i < 2; i++) {
        threads.add(Thread.ofPlatform().start(() -> repeat(call, started, failure)));
      }
    }
    started.await();
    boolean _ =
        new CountDownLatch(1)
            .await(ThreadLocalRandom.current().nextLong(10_000_000), TimeUnit.NANOSECONDS);
    store.close();
    for (Thread thread : threads) {
      thread.join();
    }
    return failure.get();
  }

  private static void repeat(
      Runnable call, CountDownLatch started, AtomicReference<@Nullable Throwable> failure) {
    try {
      call.run();
      started.countDown();
      while (true) {
        call.run();
      }
    } catch (DatabaseClosedException e) {
      started.countDown();
    } catch (RuntimeException | Error e) {
      if (!(e instanceof CompletionException && e.getCause() instanceof DatabaseClosedException)) {
        failure.set(e);
      }
      started.countDown();
    }
  }

  private static void commit(Store store, int key) {
    WriteBatch batch =
        WriteBatch.builder()
            .put(
                "ns",
                "k" + key,
                Value.json("1"),
                Metadata.of("n", key),
                Embedding.of(SPACE, 1, 2, 3))
            .build();
    var _ = store.commit(batch, Durability.ASYNC, TIMEOUT).join();
  }

  private static void read(Store store) {
    ReadPoint now = store.now();
    var _ = store.get(now, "ns", "k7", Set.of(SPACE.name()));
    var _ = store.getCached(now, "ns", "k8");
    var _ = store.getAll(store.resolve(AsOf.version(50)), "ns", List.of("k1", "k99"), Set.of());
    var _ = store.history(HistoryRequest.of("ns", "k7"));
    var _ = store.statistics();
  }

  private static void scan(Store store) {
    var _ = store.scan(ScanRequest.of("ns"));
    var _ = store.scan(ScanRequest.of("ns").withAsOf(AsOf.version(80)));
    store.scanMetadata(store.now(), "ns", (_, _) -> true);
  }

  private static void views(Store store) {
    ReadPoint now = store.now();
    int id = store.namespace(now, "ns").orElseThrow().id();
    store.scanVectors(now.version(), id, SPACE, (_, _, floats) -> floats.byteSize() == 12);
    var _ = store.vector(60, id, SPACE, "k3");
    store.readLog(id, 0, now.version(), _ -> {});
  }
}
