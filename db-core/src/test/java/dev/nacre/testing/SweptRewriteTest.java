package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A commit that deletes a record and writes it again, as a restore does, leaves a tombstone where
 * that record will go when it ends. The sweeper may drop the one and never the other, also when the
 * record ends while the sweep is on its way.
 */
@Timeout(60)
class SweptRewriteTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rewrittenRecord_endsDuringTheSweep_staysReadable(boolean lasting) throws Exception {
    Path db = directory.resolve("db");
    ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
    GatedProbe probe = new GatedProbe();
    StoreOptions options =
        StoreOptions.in(db)
            .withClock(clock)
            .withProbe(probe)
            .withSweeping(new Sweeping(Duration.ZERO, Duration.ofMillis(1)));
    try (Store store = Store.open(options)) {
      Retention retention =
          lasting ? Retention.duration(Duration.ofSeconds(1)) : Retention.lastVersions(1);
      commit(
          store,
          WriteBatch.of(
              new Write.Configure("ns", NamespaceOptions.DEFAULT.withRetention(retention))));
      commit(store, put("first"));
      Commit rewritten =
          commit(
              store,
              WriteBatch.builder().delete("ns", "k").put("ns", "k", Value.text("again")).build());
      clock.advance(Duration.ofSeconds(10));

      probe.holdWrites();
      CompletableFuture<Commit> last =
          store.commit(put("last"), Durability.SYNC, Duration.ofSeconds(30));
      await().until(() -> probe.writesHeld() == 1);
      CompletableFuture<Void> swept = new CompletableFuture<>();
      Thread sweeper =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      var _ = store.sweep(() -> false);
                      swept.complete(null);
                    } catch (RuntimeException | Error e) {
                      swept.completeExceptionally(e);
                    }
                  });
      // What it drops waits behind the commit that is being written.
      await().until(() -> sweeper.getState() == Thread.State.WAITING);
      probe.release();
      Commit ended = last.get(30, SECONDS);
      var _ = swept.get(30, SECONDS);

      assertEquals(rewritten.version() + 1, ended.version());
      assertEquals("again", read(store, rewritten.version()));
      assertEquals("last", read(store, ended.version()));

      clock.advance(Duration.ofSeconds(10));
      var _ = store.sweep(() -> false);
      assertEquals("last", read(store, ended.version()));
      assertEquals(0, store.statistics().sweeps().failures());
    }
    assertEquals(List.of(), StoreVerification.run(db, ViewCheck.NONE).problems());
  }

  private static WriteBatch put(String text) {
    return WriteBatch.builder().put("ns", "k", Value.text(text)).build();
  }

  @CanIgnoreReturnValue
  private static Commit commit(Store store, WriteBatch batch) throws Exception {
    return store.commit(batch, Durability.SYNC, Duration.ofSeconds(30)).get(30, SECONDS);
  }

  private static String read(Store store, long version) {
    return store
        .get(store.resolve(AsOf.version(version)), "ns", "k", Set.of())
        .orElseThrow(() -> new AssertionError("nothing at version " + version))
        .value()
        .orElseThrow()
        .asString();
  }
}
