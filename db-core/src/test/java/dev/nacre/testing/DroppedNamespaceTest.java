package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.CachedRead;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rows of a deleted namespace go by ranges, and reads do not look at deleted ranges: whatever
 * they find of such a namespace may be older than what was asked for, and is never an answer.
 */
class DroppedNamespaceTest {
  private static final EmbeddingSpace SPACE = EmbeddingSpace.of(2);

  @TempDir Path directory;

  @Test
  void droppedNamespace_readAsOfWhenItWasThere_isRefusedWhateverIsStillFound() throws Exception {
    ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
    try (Store store =
        Store.open(
            StoreOptions.in(directory.resolve("db"))
                .withClock(clock)
                .withSweeping(new Sweeping(Duration.ZERO, Duration.ofMillis(1))))) {
      commit(
          store,
          new Write.Configure(
              "ns",
              NamespaceOptions.DEFAULT.withRetention(Retention.duration(Duration.ofMillis(1)))));
      put(store, "older");
      // The older row lies in a file of its own, the newer one and the deletion in the next.
      var _ = store.compact();
      put(store, "newer");
      long version = store.now().version();
      int id = store.namespace(store.now(), "ns").orElseThrow().id();
      commit(store, new Write.DeleteNamespace("ns"));
      clock.advance(Duration.ofSeconds(10));
      assertEquals(1, store.sweep(() -> false).namespacesDropped());

      ReadPoint then = store.resolve(AsOf.version(version));
      assertThrows(
          HistoryDroppedException.class, () -> store.get(then, "ns", "k", Set.of("default")));
      assertThrows(
          HistoryDroppedException.class,
          () -> store.getAll(then, "ns", List.of("k", "other"), Set.of()));
      assertThrows(HistoryDroppedException.class, () -> store.vector(version, id, SPACE, "k"));
      assertEquals(CachedRead.NotCached.NOT_CACHED, store.getCached(then, "ns", "k"));
    }
  }

  private static void put(Store store, String text) throws Exception {
    var _ =
        store
            .commit(
                WriteBatch.builder()
                    .put("ns", "k", Value.text(text))
                    .embed("ns", "k", Embedding.of(SPACE, new float[] {1, text.length()}))
                    .build(),
                Durability.SYNC,
                Duration.ofSeconds(30))
            .get(30, SECONDS);
  }

  private static void commit(Store store, Write write) throws Exception {
    var _ =
        store
            .commit(WriteBatch.of(write), Durability.SYNC, Duration.ofSeconds(30))
            .get(30, SECONDS);
  }
}
