package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.maintain.SweepReport;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store whose clock and writes are in the hands of a test, and that is swept only when told to.
 */
abstract class SweptStore {
  static final Duration LONG = Duration.ofSeconds(30);
  static final EmbeddingSpace SPACE = EmbeddingSpace.of(3);

  @TempDir Path directory;
  final ManualClock clock = new ManualClock(Instant.parse("2026-05-01T00:00:00Z"));
  final GatedProbe probe = new GatedProbe();

  StoreOptions options() {
    return StoreOptions.in(directory.resolve("db"))
        .withClock(clock)
        .withProbe(probe)
        .withSweeping(new Sweeping(Duration.ZERO, Duration.ofSeconds(1)));
  }

  Store open() {
    return Store.open(options());
  }

  void assertClean() {
    assertEquals(
        List.of(), StoreVerification.run(directory.resolve("db"), ViewCheck.NONE).problems());
  }

  static long size(Path of) throws Exception {
    try (Stream<Path> files = Files.list(of)) {
      long size = 0;
      for (Path file : files.toList()) {
        size += Files.size(file);
      }
      return size;
    }
  }

  static SweepReport sweep(Store store) {
    return store.sweep(() -> false);
  }

  static long at(Store store, long version, String namespace, String key) {
    return store
        .get(store.resolve(AsOf.version(version)), namespace, key, Set.of())
        .orElseThrow()
        .version();
  }

  static void configure(Store store, String namespace, Retention retention) throws Exception {
    commit(
        store,
        WriteBatch.of(
            new Write.Configure(namespace, NamespaceOptions.DEFAULT.withRetention(retention))));
  }

  static void put(Store store, String namespace, String key, int value) throws Exception {
    commit(store, batch(namespace, key, value));
  }

  static WriteBatch batch(String namespace, String key, int value) {
    return WriteBatch.builder().put(namespace, key, Value.json("" + value)).build();
  }

  static WriteBatch putFor(String namespace, String key, int value, Duration timeToLive) {
    return WriteBatch.of(
        upsert(namespace, key, Value.json("" + value), new Write.Expiry.After(timeToLive)));
  }

  static Write upsert(String namespace, String key, Value value, Write.Expiry expiry) {
    return new Write.Upsert(namespace, key, value, null, List.of(), expiry, WriteCondition.none());
  }

  static void embed(Store store, String namespace, String key, int value) throws Exception {
    commit(
        store,
        WriteBatch.of(
            new Write.Upsert(
                namespace,
                key,
                Value.json("" + value),
                null,
                List.of(Embedding.of(SPACE, new float[] {value, 1, 1})),
                Write.Expiry.Unchanged.UNCHANGED,
                WriteCondition.none())));
  }

  static void delete(Store store, String namespace, String key) throws Exception {
    commit(store, WriteBatch.builder().delete(namespace, key).build());
  }

  static void commit(Store store, WriteBatch batch) throws Exception {
    Commit _ = store.commit(batch, Durability.ASYNC, LONG).get(20, SECONDS);
  }
}
