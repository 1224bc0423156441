package dev.nacre.store.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.ErasedRows;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.maintain.SalvageReport;
import dev.nacre.maintain.SalvageReport.Loss;
import dev.nacre.maintain.SalvageReport.Part;
import dev.nacre.maintain.SalvageReport.VersionRange;
import dev.nacre.maintain.SalvageRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.layout.PurgeTarget;
import dev.nacre.store.layout.VectorRow;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Single rows that are missing or wrong: what the others say of them is believed, and no more. */
class TamperedSalvageTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** The namespace that the first commit makes. */
  private static final int DOCS = 1;

  private static final EmbeddingSpace SPACE = EmbeddingSpace.of("default", 2);

  @TempDir private Path temporary;

  private interface Filling {
    void with(Store store);
  }

  private interface Tampering {
    void with(RocksEngine engine, GroupBatch batch);
  }

  private static void commit(Store store, Write... writes) {
    var _ =
        store
            .commit(WriteBatch.of(List.of(writes), CommitAttributes.NONE), Durability.SYNC, TIMEOUT)
            .join();
  }

  private static Write upsert(
      String key, @Nullable Value value, @Nullable Metadata metadata, Embedding... embeddings) {
    return new Write.Upsert(
        "docs",
        key,
        value,
        metadata,
        List.of(embeddings),
        Write.Expiry.Unchanged.UNCHANGED,
        WriteCondition.none());
  }

  private static Write put(String key, String value) {
    return upsert(key, Value.text(value), null);
  }

  private static Write delete(String key) {
    return new Write.Delete("docs", key, WriteCondition.none());
  }

  private static byte[] key(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] past(String key, long version) {
    return Keys.versioned(Keys.historyPrefix(DOCS, key(key)), version);
  }

  private Path target() {
    return temporary.resolve("salvaged");
  }

  private SalvageReport salvaged(Filling filling, Tampering tampering) throws StorageFailure {
    Path directory = temporary.resolve("db");
    try (Store store = open(directory)) {
      filling.with(store);
    }
    try (RocksEngine engine =
        RocksEngine.open(
            new RocksEngine.Options(directory.resolve("store"), false, 1 << 20, 1 << 20))) {
      GroupBatch batch = new GroupBatch();
      tampering.with(engine, batch);
      if (!batch.isEmpty()) {
        engine.write(batch, true);
      }
      // Only rows that count are in the files then.
      engine.compact();
    }
    SalvageReport report = Salvage.run(SalvageRequest.of(directory, target()));
    assertEquals(List.of(), StoreVerification.run(target(), ViewCheck.NONE).problems());
    return report;
  }

  private static Store open(Path path) {
    return Store.open(
        StoreOptions.in(path).withBlockCacheBytes(1 << 20).withWriteBufferBytes(1 << 20));
  }

  private static Optional<VersionedRecord> at(Store store, String key, long version) {
    return store.get(store.resolve(AsOf.version(version)), "docs", key, Set.of(SPACE.name()));
  }

  private static void nothing(RocksEngine engine, GroupBatch batch) {
    // Rows as they were written.
  }

  @Test
  void emptyStore_becomesAnEmptyStore() throws Exception {
    SalvageReport report = salvaged(_ -> {}, TamperedSalvageTest::nothing);
    assertTrue(report.isWhole(), report::toString);
    assertEquals(0, report.version());
  }

  @Test
  void recordThatWasWrittenAgainWithFewerParts_hasNoMoreThanThose() throws Exception {
    SalvageReport report =
        salvaged(
            store -> {
              Embedding embedding = Embedding.of(SPACE, 1, 2);
              commit(
                  store,
                  upsert("value", Value.text("v"), null, embedding),
                  upsert("metadata", null, Metadata.of("m", 1), embedding),
                  upsert("embedding", Value.text("v"), Metadata.of("m", 1), embedding));
              commit(
                  store,
                  delete("value"),
                  upsert("value", null, null, embedding),
                  delete("metadata"),
                  upsert("metadata", Value.text("w"), null, embedding),
                  delete("embedding"),
                  put("embedding", "w"));
            },
            TamperedSalvageTest::nothing);
    assertTrue(report.isWhole(), report::toString);
    try (Store store = open(target())) {
      assertTrue(at(store, "value", 1).orElseThrow().value().isPresent());
      assertTrue(at(store, "value", 2).orElseThrow().value().isEmpty());
      assertEquals(2L, at(store, "value", 2).orElseThrow().embeddingVersions().get("default"));
      assertEquals(Metadata.of("m", 1), at(store, "metadata", 1).orElseThrow().metadata());
      assertTrue(at(store, "metadata", 2).orElseThrow().metadata().isEmpty());
      assertTrue(at(store, "embedding", 2).orElseThrow().embeddingVersions().isEmpty());
      assertTrue(at(store, "embedding", 2).orElseThrow().metadata().isEmpty());
    }
  }

  @Test
  void partsThatCarryOver_keepTheirVersions() throws Exception {
    SalvageReport report =
        salvaged(
            store -> {
              commit(
                  store,
                  upsert("k", Value.text("v"), Metadata.of("m", 1), Embedding.of(SPACE, 1, 2)));
              commit(store, upsert("k", Value.text("w"), null));
              commit(store, upsert("k", null, Metadata.of("m", 2)));
            },
            TamperedSalvageTest::nothing);
    assertTrue(report.isWhole(), report::toString);
    try (Store store = open(target())) {
      VersionedRecord record = at(store, "k", 3).orElseThrow();
      assertEquals(2, record.valueVersion().orElseThrow());
      assertEquals(3, record.metadataVersion().orElseThrow());
      assertEquals(1L, record.embeddingVersions().get("default"));
    }
  }

  @Test
  void expiry_isThere() throws Exception {
    Instant expiry = Instant.parse("2999-01-01T00:00:00Z");
    SalvageReport report =
        salvaged(
            store ->
                commit(
                    store,
                    new Write.Upsert(
                        "docs",
                        "k",
                        Value.text("v"),
                        null,
                        List.of(),
                        new Write.Expiry.At(expiry),
                        WriteCondition.none())),
            TamperedSalvageTest::nothing);
    assertTrue(report.isWhole(), report::toString);
    try (Store store = open(target())) {
      assertEquals(expiry, at(store, "k", 1).orElseThrow().expiresAt().orElseThrow());
    }
  }

  @Test
  void vectorOfAnotherLengthThanItsSpace_isLost() throws Exception {
    SalvageReport report =
        salvaged(
            store -> commit(store, upsert("k", Value.text("v"), null, Embedding.of(SPACE, 1, 2))),
            (engine, batch) -> {
              byte[] row = new byte[VectorRow.length(3)];
              VectorRow.setVersion(row, 1);
              batch.put(ColumnFamily.VECTOR, Keys.vector(DOCS, 1, key("k")), row);
            });
    assertEquals(List.of(new Loss("docs", "k", 1, Part.EMBEDDING)), report.losses());
    assertEquals(1, report.namespaces().getFirst().vectorsLost());
    assertEquals(List.of(new VersionRange(1, 1)), report.commitsNotWhole());
    try (Store store = open(target())) {
      assertTrue(at(store, "k", 1).orElseThrow().embeddingVersions().isEmpty());
    }
  }

  @Test
  void vectorThatIsLost_isSaidOnceAndMissedByTheVersionsThatKeptIt() throws Exception {
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, upsert("k", Value.text("v"), null, Embedding.of(SPACE, 1, 2)));
              commit(store, put("k", "w"));
            },
            (engine, batch) -> batch.delete(ColumnFamily.VECTOR, Keys.vector(DOCS, 1, key("k"))));
    assertEquals(List.of(new Loss("docs", "k", 1, Part.EMBEDDING)), report.losses());
    assertEquals(List.of(new VersionRange(1, 2)), report.commitsNotWhole());
  }

  @Test
  void commitRowLost_itsRecordsAndTheirTimeAreThere() throws Exception {
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, put("a", "v"), put("b", "v"));
              commit(store, put("c", "v"));
            },
            (engine, batch) -> batch.delete(ColumnFamily.COMMIT, Keys.commit(1)));
    assertEquals(List.of(new VersionRange(1, 1)), report.commitsNotWhole());
    assertEquals(0, report.commitsLostCount());
    assertEquals(List.of(), report.losses());
    try (Store store = open(target());
        Store source = open(temporary.resolve("db"))) {
      assertEquals(
          at(source, "a", 2).orElseThrow().committedAt(),
          at(store, "a", 2).orElseThrow().committedAt());
    }
  }

  @Test
  void commitThatDoesNotNameWhatItHasWritten_isNotWhole() throws Exception {
    SalvageReport report =
        salvaged(
            store -> commit(store, put("a", "v")),
            (engine, batch) -> {
              CommitRow row =
                  CommitRow.parse(
                      Objects.requireNonNull(engine.get(ColumnFamily.COMMIT, Keys.commit(1))));
              batch.put(
                  ColumnFamily.COMMIT,
                  Keys.commit(1),
                  new CommitRow(row.timeMicros(), 0, new int[0], row.attributes()).encode());
            });
    assertEquals(List.of(new VersionRange(1, 1)), report.commitsNotWhole());
    assertEquals(1, report.namespaces().getFirst().records());
  }

  @Test
  void changeLost_theCommitIsNotWholeThoughItsRecordIsThere() throws Exception {
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, put("a", "v"), put("b", "v"));
              commit(store, put("c", "v"));
            },
            (engine, batch) -> {
              batch.delete(ColumnFamily.LOG, Keys.log(DOCS, 1, 0));
              batch.delete(ColumnFamily.LOG, Keys.log(DOCS, 2, 0));
            });
    assertEquals(List.of(new VersionRange(1, 2)), report.commitsNotWhole());
    assertEquals(3, report.namespaces().getFirst().records());
  }

  @Test
  void changesBelowTheFloorOfTheLog_areNotMissed() throws Exception {
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, put("a", "v"));
              commit(store, put("b", "v"));
            },
            (engine, batch) -> {
              batch.put(ColumnFamily.META, Keys.floor(DOCS), new FloorRow(2, 0, 0, 0).encode());
              batch.delete(ColumnFamily.LOG, Keys.log(DOCS, 1, 0));
            });
    assertEquals(List.of(), report.commitsNotWhole());
  }

  @Test
  void recordThatALogNamesAndRetentionMayHaveDropped_isNoLossOfAVersion() throws Exception {
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, put("a", "old"));
              commit(store, put("a", "new"));
            },
            (engine, batch) -> {
              batch.put(ColumnFamily.META, Keys.floor(DOCS), new FloorRow(0, 2, 0, 0).encode());
              batch.delete(ColumnFamily.HISTORY, past("a", 1));
            });
    assertTrue(report.isWhole(), report::toString);
    assertEquals(1, report.namespaces().getFirst().records());
  }

  @Test
  void tombstoneLost_theLogStillSaysThatItWasDeleted() throws Exception {
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, put("a", "v"));
              commit(store, delete("a"));
            },
            (engine, batch) -> batch.delete(ColumnFamily.HISTORY, past("a", 2)));
    assertTrue(report.isWhole(), report::toString);
    try (Store store = open(target())) {
      assertTrue(at(store, "a", 1).isPresent());
      assertTrue(at(store, "a", 2).isEmpty());
    }
  }

  @Test
  void endWithoutWhatCameBehind_isALossOfTheRecord() throws Exception {
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, put("a", "old"));
              commit(store, put("a", "new"));
            },
            (engine, batch) -> {
              batch.delete(ColumnFamily.HEAD, Keys.head(DOCS, key("a")));
              batch.delete(ColumnFamily.LOG, Keys.log(DOCS, 2, 0));
            });
    assertEquals(
        List.of(new Loss("docs", "a", 2, Part.VERSION), new Loss("docs", "a", 2, Part.RECORD)),
        report.losses());
    try (Store store = open(target())) {
      assertTrue(at(store, "a", 1).isPresent());
      assertTrue(at(store, "a", 2).isEmpty());
    }
  }

  @Test
  void versionLost_whoseRecordWasWrittenAgain_isALossOfTheVersionAlone() throws Exception {
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, put("a", "one"));
              commit(store, put("a", "two"));
              commit(store, put("a", "three"));
            },
            (engine, batch) -> batch.delete(ColumnFamily.HISTORY, past("a", 2)));
    assertEquals(List.of(new Loss("docs", "a", 2, Part.VERSION)), report.losses());
    assertEquals(1, report.namespaces().getFirst().versionsLost());
    assertEquals(0, report.namespaces().getFirst().recordsLost());
    try (Store store = open(target())) {
      assertTrue(at(store, "a", 2).isEmpty(), "an older state is not taken for it");
      assertTrue(at(store, "a", 3).isPresent());
    }
  }

  @Test
  void recordsOfADeletedNamespace_areNoLoss() throws Exception {
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, put("a", "v"), put("b", "v"));
              commit(store, new Write.DeleteNamespace("docs"));
              commit(store, put("a", "of the next one"));
            },
            (engine, batch) -> batch.delete(ColumnFamily.HEAD, Keys.head(DOCS, key("a"))));
    assertEquals(List.of(), report.losses());
    assertEquals(List.of(), report.commitsNotWhole());
    try (Store store = open(target())) {
      assertTrue(at(store, "b", 1).isPresent());
      assertTrue(at(store, "a", 2).isEmpty());
      assertEquals(
          Value.text("of the next one"), at(store, "a", 3).orElseThrow().value().orElseThrow());
    }
  }

  @Test
  void optionsAndTheEndOfANamespaceInOneCommit_areItsEnd() throws Exception {
    NamespaceOptions options = NamespaceOptions.DEFAULT.withRetention(Retention.lastVersions(2));
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, new Write.Configure("docs", options), put("a", "v"));
              commit(
                  store,
                  new Write.Configure("docs", NamespaceOptions.DEFAULT),
                  new Write.DeleteNamespace("docs"));
            },
            TamperedSalvageTest::nothing);
    assertTrue(report.isWhole(), report::toString);
    try (Store store = open(target())) {
      assertEquals(List.of(), store.namespaces(store.now()));
      assertEquals(options, store.namespaces(store.resolve(AsOf.version(1))).getFirst().options());
    }
  }

  @Test
  void everyRowOfACommitLost_theRegistryStillKnowsItsOptions() throws Exception {
    NamespaceOptions options = NamespaceOptions.DEFAULT.withRetention(Retention.lastVersions(2));
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, put("a", "v"));
              commit(store, put("a", "w"));
              commit(store, new Write.Configure("docs", options));
            },
            (engine, batch) -> {
              batch.delete(ColumnFamily.COMMIT, Keys.commit(3));
              batch.delete(ColumnFamily.COMMIT, Keys.commit(2));
              batch.delete(ColumnFamily.LOG, Keys.log(DOCS, 2, 0));
              batch.delete(ColumnFamily.HEAD, Keys.head(DOCS, key("a")));
              batch.delete(ColumnFamily.HISTORY, past("a", 1));
            });
    assertEquals(3, report.version());
    assertEquals(List.of(new VersionRange(2, 2)), report.commitsLost());
    assertEquals(List.of(new VersionRange(1, 1), new VersionRange(3, 3)), report.commitsNotWhole());
    try (Store store = open(target())) {
      assertEquals(options, store.namespaces(store.now()).getFirst().options());
    }
  }

  @Test
  void recordsOfAPurgeThatWasNotFinished_areNotSaved() throws Exception {
    PurgeRow purge =
        new PurgeRow(
            PurgeRow.State.ERASING,
            2,
            5,
            0,
            new int[] {DOCS},
            "docs",
            null,
            null,
            ErasedRows.NONE,
            0,
            new PurgeTarget(PurgeKind.KEY, key("a")));
    SalvageReport report =
        salvaged(
            store -> {
              commit(store, put("a", "v"), put("b", "v"));
              commit(store, put("a", "w"));
              commit(store, put("c", "v"));
            },
            (engine, batch) -> batch.put(ColumnFamily.META, purge.key(), purge.encode()));
    assertEquals(List.of(), report.losses());
    assertEquals(2, report.namespaces().getFirst().records());
    try (Store store = open(target())) {
      for (long version = 1; version <= 3; version++) {
        assertTrue(at(store, "a", version).isEmpty());
      }
      assertTrue(at(store, "b", 1).isPresent());
    }
  }

  @Test
  void rowsThatCannotBeUnderstood_areCountedAndTheOthersSaved() throws Exception {
    SalvageReport report =
        salvaged(
            store -> commit(store, put("a", "v")),
            (engine, batch) -> {
              batch.put(ColumnFamily.HEAD, Keys.head(DOCS, key("b")), new byte[] {1, 2, 3});
              batch.put(ColumnFamily.HEAD, Keys.head(DOCS, key("c")), new byte[0]);
              batch.put(ColumnFamily.META, new byte[0], new byte[0]);
              // What no salvage reads.
              batch.put(ColumnFamily.EXPIRY, new byte[] {1}, new byte[] {1});
            });
    assertEquals(2, report.files().size(), report::toString);
    assertTrue(
        report.files().stream()
            .anyMatch(file -> file.what().startsWith("2 rows of it have right checksums")),
        report::toString);
    // What else of the commit was in them, nobody knows.
    assertEquals(List.of(new VersionRange(1, 1)), report.commitsNotWhole());
    assertEquals(1, report.namespaces().getFirst().records());
  }
}
