package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.CachedRead;
import dev.nacre.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads that memory can answer are answered without the disk, of earlier versions too. */
class CachedReadTest {
  @TempDir private Path directory;

  @Test
  void getCached_asOfAnEarlierVersion_isAnsweredFromMemtables() throws Exception {
    try (Store store = Store.open(directory)) {
      put(store, "k", "1");
      put(store, "k", "2");
      delete(store, "k");
      put(store, "k", "4");

      assertEquals(Optional.empty(), value(cached(store, 0)));
      assertEquals(Optional.of("1"), value(cached(store, 1)));
      assertEquals(Optional.of("2"), value(cached(store, 2)));
      assertEquals(Optional.empty(), value(cached(store, 3)));
      assertEquals(Optional.of("4"), value(cached(store, 4)));
    }
  }

  @Test
  void getCached_ofARowInFiles_isUnknownUntilItsBlockWasRead() throws Exception {
    try (Store store = Store.open(directory)) {
      put(store, "k", "1");
      put(store, "k", "2");
    }
    try (Store store = Store.open(directory)) {
      ReadPoint at = store.resolve(AsOf.version(1));
      assertSame(CachedRead.NotCached.NOT_CACHED, store.getCached(at, "ns", "k"));

      Optional<VersionedRecord> read = store.get(at, "ns", "k", Set.of());

      CachedRead.Answer cached =
          assertInstanceOf(CachedRead.Answer.class, store.getCached(at, "ns", "k"));
      assertEquals(value(read), value(cached.answer()));
      assertEquals(Optional.of("1"), value(cached.answer()));
    }
  }

  @Test
  void resolveCached_ofAVersion_isKnownOnceItWasAskedFor() throws Exception {
    try (Store store = Store.open(directory)) {
      put(store, "k", "1");
      put(store, "k", "2");
      put(store, "k", "3");
    }
    try (Store store = Store.open(directory)) {
      ReadPoint resolved = store.resolve(AsOf.version(2));
      assertEquals(resolved, store.resolveCached(AsOf.version(2)));
      // Another version of the same slot does not answer for it.
      for (int i = 0; i < 1_024; i++) {
        put(store, "k", "4");
      }
      ReadPoint later = store.resolve(AsOf.version(1_026));
      assertEquals(1_026, later.version());
      assertEquals(2, Objects.requireNonNull(store.resolve(AsOf.version(2))).version());
      assertEquals(resolved, store.resolveCached(AsOf.version(2)));

      assertEquals(store.resolve(AsOf.version(0)), store.resolveCached(AsOf.version(0)));
      assertNull(store.resolveCached(AsOf.instant(resolved.instant())));
      var _ =
          assertThrows(
              ValidationException.class, () -> store.resolveCached(AsOf.version(1_000_000)));
    }
  }

  private static Optional<VersionedRecord> cached(Store store, long version) {
    ReadPoint at = store.resolve(AsOf.version(version));
    return assertInstanceOf(CachedRead.Answer.class, store.getCached(at, "ns", "k")).answer();
  }

  private static Optional<String> value(Optional<VersionedRecord> record) {
    return record.flatMap(VersionedRecord::value).map(Value::asString);
  }

  private static void put(Store store, String key, String json) throws Exception {
    commit(store, WriteBatch.builder().put("ns", key, Value.json(json)).build());
  }

  private static void delete(Store store, String key) throws Exception {
    commit(store, WriteBatch.builder().delete("ns", key).build());
  }

  private static void commit(Store store, WriteBatch batch) throws Exception {
    Commit _ = store.commit(batch, Durability.ASYNC, Duration.ofSeconds(10)).get(10, SECONDS);
  }
}
