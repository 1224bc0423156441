package dev.nacre.store.maintain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.FormatException;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.maintain.ErasedRows;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.layout.PurgeTarget;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that is taken back to a version, with what other tests of restoring seldom meet. */
class RewindTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int DOCS = 1;
  private static final int LATE = 2;

  @TempDir private Path temporary;
  private Path database;

  /**
   * Versions 1 to 4 write a to d in docs; 5 sets options with a space; 6 writes to late; 7 drops a.
   */
  @BeforeEach
  void fill() {
    database = temporary.resolve("db");
    try (Store store = Store.open(StoreOptions.in(database))) {
      for (String key : List.of("a", "b", "c", "d")) {
        commit(
            store,
            WriteBatch.builder()
                .put("docs", key, Value.text("of " + key))
                .embed("docs", key, Embedding.of(1, 2))
                .attributes(CommitAttributes.NONE.withIdempotencyKey(key))
                .build());
      }
      commit(
          store,
          WriteBatch.of(
              new Write.Configure(
                  "docs", new NamespaceOptions(List.of(EmbeddingSpace.of("more", 3)), null))));
      commit(store, WriteBatch.builder().put("late", "x", Value.text("of x")).build());
      commit(store, WriteBatch.builder().delete("docs", "a").build());
      assertEquals(7, store.now().version());
    }
  }

  private static void commit(Store store, WriteBatch batch) {
    var _ = store.commit(batch, Durability.SYNC, TIMEOUT).join();
  }

  private interface Rows {
    void with(RocksEngine engine, GroupBatch batch);
  }

  private RocksEngine engine() {
    return RocksEngine.open(
        new RocksEngine.Options(database.resolve("store"), false, 1 << 20, 1 << 20));
  }

  private void rewind(long version, Rows before, Rows after) throws StorageFailure, IOException {
    try (RocksEngine engine = engine()) {
      GroupBatch batch = new GroupBatch();
      before.with(engine, batch);
      engine.write(batch, true);
      Rewind.to(engine, version);
      engine.sync();
      after.with(engine, new GroupBatch());
    }
    StoreDirectory.markClean(database, version);
  }

  private static Optional<String> text(Store store, String namespace, String key) {
    return store
        .get(store.now(), namespace, key, Set.of())
        .flatMap(VersionedRecord::value)
        .map(Value::asString);
  }

  private static byte[] key(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void everythingNewer_isGone_andWhatItSupersededIsBack() throws StorageFailure, IOException {
    byte[] queue = Keys.idempotencyQueue(0, 0);
    rewind(
        4,
        (_, _) -> {},
        (engine, _) -> {
          assertNull(engine.get(ColumnFamily.META, Keys.namespace(LATE)));
          assertNull(engine.get(ColumnFamily.META, Keys.options(DOCS, 5)));
          assertNull(engine.get(ColumnFamily.META, Keys.space(DOCS, 2)));
          assertNotNull(engine.get(ColumnFamily.META, Keys.space(DOCS, 1)));
          assertNull(engine.get(ColumnFamily.COMMIT, Keys.commit(5)));
          assertNull(engine.get(ColumnFamily.META, queue));
        });
    try (Store store = Store.open(StoreOptions.in(database))) {
      assertEquals(4, store.now().version());
      assertEquals(Optional.of("of a"), text(store, "docs", "a"));
      // The key of a commit that is still there is forgotten too: the batch is a new one.
      commit(
          store,
          WriteBatch.builder()
              .put("docs", "e", Value.text("new"))
              .attributes(CommitAttributes.NONE.withIdempotencyKey("a"))
              .build());
      assertEquals(5, store.now().version());
      commit(store, WriteBatch.builder().put("late", "y", Value.text("of y")).build());
      assertEquals(Optional.empty(), text(store, "late", "x"));
    }
    assertEquals(List.of(), StoreVerification.run(database, ViewCheck.NONE).problems());
  }

  @Test
  void versionZero_isAnEmptyStore() throws StorageFailure, IOException {
    rewind(0, (_, _) -> {}, (_, _) -> {});
    try (Store store = Store.open(StoreOptions.in(database))) {
      assertEquals(0, store.now().version());
      assertEquals(List.of(), store.namespaces(store.now()));
    }
    assertEquals(List.of(), StoreVerification.run(database, ViewCheck.NONE).problems());
  }

  @Test
  void floorAboveTheVersion_isRefused_unlessItsNamespaceCameLater()
      throws StorageFailure, IOException {
    HistoryDroppedException e =
        assertThrows(
            HistoryDroppedException.class,
            () ->
                rewind(
                    3,
                    (_, batch) ->
                        batch.put(
                            ColumnFamily.META, Keys.floor(DOCS), new FloorRow(5, 4, 0, 0).encode()),
                    (_, _) -> {}));
    assertEquals("docs", e.details().get("namespace"));
    assertEquals("4", e.details().get("oldest"));
    rewind(
        4,
        (_, batch) -> {
          batch.put(ColumnFamily.META, Keys.floor(LATE), new FloorRow(7, 6, 0, 0).encode());
          batch.put(ColumnFamily.META, Keys.floor(99), new FloorRow(7, 6, 0, 0).encode());
        },
        (engine, _) -> {
          assertNull(engine.get(ColumnFamily.META, Keys.floor(LATE)));
          assertNull(engine.get(ColumnFamily.META, Keys.floor(99)));
          assertEquals(
              new FloorRow(5, 4, 0, 0),
              FloorRow.parse(
                  Objects.requireNonNull(engine.get(ColumnFamily.META, Keys.floor(DOCS)))));
        });
  }

  @Test
  void versionsLookedAtForTrimming_areLookedAtAgain() throws StorageFailure, IOException {
    rewind(
        4,
        (_, batch) ->
            batch.put(ColumnFamily.META, Keys.floor(DOCS), new FloorRow(0, 0, 2, 7).encode()),
        (engine, _) ->
            assertEquals(
                new FloorRow(0, 0, 2, 4),
                FloorRow.parse(
                    Objects.requireNonNull(engine.get(ColumnFamily.META, Keys.floor(DOCS))))));
  }

  @Test
  void purgeThatWasUnderWay_isFinished_whateverTheMoment() throws StorageFailure, IOException {
    PurgeRow purge =
        new PurgeRow(
            PurgeRow.State.ERASING,
            7,
            1_000,
            0,
            new int[] {DOCS},
            "docs",
            null,
            null,
            ErasedRows.NONE,
            0,
            new PurgeTarget(PurgeKind.KEY, key("b")));
    rewind(
        4,
        (_, batch) -> {
          batch.put(ColumnFamily.META, purge.key(), purge.encode());
          batch.put(ColumnFamily.LOG, Keys.log(DOCS, 3, 7), LogRow.purged(7, 1_000).encode());
        },
        (engine, _) -> {
          assertNull(engine.get(ColumnFamily.HEAD, Keys.head(DOCS, key("b"))));
          PurgeRow now =
              PurgeRow.parse(Objects.requireNonNull(engine.get(ColumnFamily.META, purge.key())));
          assertEquals(PurgeRow.State.REWRITING, now.state());
          assertEquals(0, now.version());
          assertEquals(0, now.target().bytes().length);
          assertTrue(now.erased().total() > 0);
          LogRow.Purged told =
              LogRow.parse(
                      Objects.requireNonNull(engine.get(ColumnFamily.LOG, Keys.log(DOCS, 3, 7))))
                  .purged();
          assertEquals(new LogRow.Purged(0, 1_000), told);
        });
    try (Store store = Store.open(StoreOptions.in(database))) {
      assertEquals(Optional.empty(), text(store, "docs", "b"));
      assertEquals(Optional.of("of c"), text(store, "docs", "c"));
      assertTrue(store.hasPendingPurge());
      store.resumePurges(_ -> {});
      PurgeRecord record = store.purges().getFirst();
      assertEquals(0, record.version());
      assertTrue(record.completedAt().isPresent());
    }
  }

  @Test
  void rowOfAnUnknownKind_isRefusedRatherThanGuessedAt() {
    FormatException e =
        assertThrows(
            FormatException.class,
            () ->
                rewind(
                    4,
                    (_, batch) -> batch.put(ColumnFamily.META, key("z"), key("z")),
                    (_, _) -> {}));
    assertEquals(Integer.toString('z'), e.details().get("kind"));
  }
}
