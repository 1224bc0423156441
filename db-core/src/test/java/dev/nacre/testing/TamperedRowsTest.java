package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.ErasedRows;
import dev.nacre.maintain.Problem;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.FloorRow;
import dev.nacre.store.layout.HistoryRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.layout.PurgeTarget;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.RegistryRows.NamespaceRow;
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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows that were changed behind the store's back, with checksums that are right: verification names
 * each with its place, and goes on whatever it meets.
 */
class TamperedRowsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int DOCS = 1;
  private static final int OTHER = 2;
  private static final int SPACE = 1;

  /** Keys k0 to k11, written at version 1 + i and again at version 13 + i. */
  private static final int KEYS = 12;

  @TempDir private Path temporary;
  private Path database;

  private interface Tampering {
    void with(RocksEngine engine, GroupBatch batch);
  }

  @BeforeEach
  void fill() {
    database = temporary.resolve("db");
    try (Store store =
        Store.open(
            StoreOptions.in(database).withBlockCacheBytes(1 << 20).withWriteBufferBytes(1 << 20))) {
      for (int i = 0; i < 2 * KEYS; i++) {
        commit(
            store,
            WriteBatch.of(
                new Write.Upsert(
                    "docs",
                    "k" + i % KEYS,
                    Value.text("value " + i),
                    null,
                    List.of(Embedding.of(1, i, 2, 3)),
                    Write.Expiry.Unchanged.UNCHANGED,
                    WriteCondition.none())));
      }
      commit(store, WriteBatch.builder().delete("docs", "k11").build());
      commit(
          store,
          WriteBatch.of(
              new Write.Upsert(
                  "docs",
                  "passing",
                  Value.text("x"),
                  null,
                  List.of(),
                  new Write.Expiry.After(Duration.ofDays(1)),
                  WriteCondition.none())));
      commit(store, WriteBatch.builder().put("other", "x", Value.text("y")).build());
      assertEquals(27, store.now().version());
    }
  }

  private static void commit(Store store, WriteBatch batch) {
    var _ = store.commit(batch, Durability.SYNC, TIMEOUT).join();
  }

  private List<Problem> tampered(Tampering tampering) throws StorageFailure {
    try (RocksEngine engine =
        RocksEngine.open(
            new RocksEngine.Options(database.resolve("store"), false, 1 << 20, 1 << 20))) {
      GroupBatch batch = new GroupBatch();
      tampering.with(engine, batch);
      engine.write(batch, true);
    }
    return StoreVerification.run(database, ViewCheck.NONE).problems();
  }

  private static void assertFound(List<Problem> problems, Area area, String place, String what) {
    assertTrue(
        problems.stream()
            .anyMatch(
                p -> p.area() == area && p.place().contains(place) && p.what().contains(what)),
        () -> area + " " + place + ": " + what + " in " + problems);
  }

  private static byte[] key(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] k(int i) {
    return key("k" + i);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  private static byte[] head(int i) {
    return Keys.head(DOCS, k(i));
  }

  private static byte[] past(int i) {
    return Keys.versioned(Keys.historyPrefix(DOCS, k(i)), i + 1L);
  }

  private static byte[] vector(int i) {
    return Keys.vector(DOCS, SPACE, k(i));
  }

  private static byte[] row(RocksEngine engine, ColumnFamily family, byte[] key) {
    byte[] row = engine.get(family, key);
    if (row == null) {
      throw new AssertionError("no such row in " + family);
    }
    return row;
  }

  private static HistoryRow history(RocksEngine engine, int i) {
    return HistoryRow.parse(row(engine, ColumnFamily.HISTORY, past(i)));
  }

  private static long time(RocksEngine engine, long version) {
    return CommitRow.timeIn(row(engine, ColumnFamily.COMMIT, Keys.commit(version)));
  }

  private static RecordRow plain(long version, long time, int... spaces) {
    return RecordRow.assemble(version, time, null, Value.text("v"), null, RecordRow.NEVER, spaces);
  }

  @Test
  void records_thatCannotBe_areNamed() throws StorageFailure {
    List<Problem> problems =
        tampered(
            (engine, batch) -> {
              batch.put(
                  ColumnFamily.HEAD,
                  head(0),
                  RecordRow.tombstone(13, time(engine, 13)).toByteArray());
              batch.put(ColumnFamily.HEAD, head(1), hex("00 0102030405"));
              batch.put(ColumnFamily.HISTORY, past(2), hex("0000000000000010 00"));
              batch.put(
                  ColumnFamily.HISTORY, past(3), HistoryRow.encode(16, history(engine, 4).row()));
              batch.put(
                  ColumnFamily.HISTORY, past(4), HistoryRow.encode(5, history(engine, 4).row()));
              batch.put(
                  ColumnFamily.HEAD, head(5), plain(18, time(engine, 18) + 1, SPACE).toByteArray());
              batch.put(
                  ColumnFamily.HEAD,
                  head(6),
                  hex("02 %016x %016x 00 00 05 61".formatted(19, time(engine, 19))));
              batch.put(
                  ColumnFamily.HEAD,
                  head(7),
                  hex("04 %016x %016x 00 00 01 01".formatted(20, time(engine, 20))));
              byte[] dead = Keys.versioned(Keys.historyPrefix(DOCS, k(11)), 25);
              batch.put(
                  ColumnFamily.HISTORY,
                  dead,
                  HistoryRow.encode(26, RecordRow.tombstone(25, time(engine, 25))));
              batch.put(
                  ColumnFamily.HEAD,
                  Keys.head(DOCS, key("late")),
                  plain(999, time(engine, 1)).toByteArray());
              batch.put(
                  ColumnFamily.HEAD, Keys.head(77, k(0)), plain(1, time(engine, 1)).toByteArray());
              long expiry =
                  RecordRow.parse(row(engine, ColumnFamily.HEAD, Keys.head(DOCS, key("passing"))))
                      .expiresAtMicros();
              batch.delete(ColumnFamily.EXPIRY, Keys.expiry(expiry, DOCS, key("passing")));
            });
    assertFound(problems, Area.RECORDS, "key \"k0\"", "a tombstone where the live record");
    assertFound(problems, Area.RECORDS, "key \"k1\"", "its live row cannot be read");
    assertFound(problems, Area.RECORDS, "key \"k2\"", "its row of version 3 cannot be read");
    assertFound(problems, Area.RECORDS, "key \"k3\"", "row of version 4 says version 5");
    assertFound(problems, Area.RECORDS, "key \"k4\"", "from version 5 to 5 is empty");
    assertFound(problems, Area.RECORDS, "key \"k5\"", "the time of its version 18 is not");
    assertFound(problems, Area.RECORDS, "key \"k6\"", "its version 19 cannot be read");
    assertFound(problems, Area.RECORDS, "key \"k7\"", "its version 20 cannot be read");
    assertFound(problems, Area.RECORDS, "key \"k11\"", "tombstone of version 25 has an end, 26");
    assertFound(problems, Area.RECORDS, "key \"late\"", "its version 999 is no commit");
    assertFound(problems, Area.RECORDS, "namespace id 77", "that is not registered");
    assertFound(problems, Area.EXPIRY, "key \"passing\"", "not in the queue of expiries");
  }

  @Test
  void vectors_thatCannotBe_areNamed() throws StorageFailure {
    List<Problem> problems =
        tampered(
            (engine, batch) -> {
              batch.put(ColumnFamily.VECTOR, vector(0), hex("010203"));
              batch.put(
                  ColumnFamily.VECTOR,
                  vector(1),
                  Arrays.copyOf(row(engine, ColumnFamily.VECTOR, vector(1)), 8 + 4 * 3));
              batch.put(ColumnFamily.VECTOR, vector(2), with(engine, vector(2), Float.NaN));
              byte[] tooLong = with(engine, vector(3), 1);
              batch.put(ColumnFamily.VECTOR, vector(3), Arrays.copyOf(tooLong, 8 + 4 * 4 + 1));
              byte[] ends = row(engine, ColumnFamily.VECTOR_HISTORY, Keys.versioned(vector(4), 5));
              VectorRow.setVersion(ends, 6);
              batch.put(ColumnFamily.VECTOR_HISTORY, Keys.versioned(vector(4), 5), ends);
              byte[] empty = ends.clone();
              VectorRow.setVersion(empty, 6);
              batch.put(ColumnFamily.VECTOR_HISTORY, Keys.versioned(vector(5), 6), empty);
              byte[] overlaps = ends.clone();
              VectorRow.setVersion(overlaps, 21);
              batch.put(ColumnFamily.VECTOR_HISTORY, Keys.versioned(vector(6), 7), overlaps);
              batch.put(ColumnFamily.VECTOR_HISTORY, Keys.versioned(vector(7), 8), hex("00"));
              batch.put(
                  ColumnFamily.VECTOR_HISTORY,
                  Keys.versioned(vector(8), 9),
                  Arrays.copyOf(
                      row(engine, ColumnFamily.VECTOR_HISTORY, Keys.versioned(vector(8), 9)),
                      8 + 4 * 5));
              batch.put(
                  ColumnFamily.HEAD,
                  Keys.head(DOCS, key("spaced")),
                  plain(1, time(engine, 1), 9).toByteArray());
              batch.put(ColumnFamily.VECTOR, Keys.vector(DOCS, 9, key("spaced")), vectorOf(1, 4));
            });
    assertFound(problems, Area.VECTORS, "key \"k0\"", "not of version 13");
    assertFound(problems, Area.VECTORS, "key \"k0\"", "a row of 3 bytes");
    assertFound(problems, Area.VECTORS, "key \"k1\"", "has 20 bytes, its space has dimension 4");
    assertFound(problems, Area.VECTORS, "key \"k2\"", "a component is NaN");
    assertFound(problems, Area.VECTORS, "key \"k3\"", "a row of 25 bytes");
    assertFound(
        problems, Area.VECTORS, "key \"k4\"", "the vector of version 5 ends before version 5");
    assertFound(problems, Area.VECTORS, "key \"k5\"", "from version 6 to 6 is empty");
    assertFound(problems, Area.VECTORS, "key \"k6\"", "from version 7 to 21 overlaps version 19");
    assertFound(problems, Area.VECTORS, "key \"k7\"", "a row of 1 bytes");
    assertFound(problems, Area.VECTORS, "key \"k8\"", "has 28 bytes, its space has dimension 4");
    assertFound(problems, Area.VECTORS, "space id 9", "the space is not registered");
  }

  private static byte[] with(RocksEngine engine, byte[] key, float first) {
    byte[] row = row(engine, ColumnFamily.VECTOR, key);
    int bits = Integer.reverseBytes(Float.floatToRawIntBits(first));
    for (int i = 0; i < 4; i++) {
      row[8 + i] = (byte) (bits >>> (24 - 8 * i));
    }
    return row;
  }

  private static byte[] vectorOf(long version, int dimension) {
    byte[] row = new byte[VectorRow.length(dimension)];
    VectorRow.setVersion(row, version);
    return row;
  }

  @Test
  void vectorsThatNoRecordNames_areFoundByTheirNumber() throws StorageFailure {
    List<Problem> problems =
        tampered(
            (engine, batch) -> {
              batch.put(
                  ColumnFamily.VECTOR, Keys.vector(DOCS, SPACE, key("absent")), vectorOf(1, 4));
              batch.put(
                  ColumnFamily.VECTOR, Keys.vector(DOCS, SPACE, key("passing")), vectorOf(1, 4));
              batch.put(ColumnFamily.VECTOR, Keys.vector(OTHER, SPACE, key("x")), vectorOf(1, 4));
            });
    assertEquals(3, problems.size(), problems::toString);
    assertFound(problems, Area.VECTORS, "key \"absent\"", "no record names it");
    assertFound(problems, Area.VECTORS, "key \"passing\"", "no record names it");
    assertFound(problems, Area.VECTORS, "\"other\" (id 2) key \"x\" space id 1", "no record names");
  }

  @Test
  void changes_thatCannotBe_areNamed() throws StorageFailure {
    List<Problem> problems =
        tampered(
            (engine, batch) -> {
              batch.put(ColumnFamily.LOG, hex("000000"), hex("00"));
              LogRow change = new LogRow(false, true, false, new int[0], k(0));
              batch.put(ColumnFamily.LOG, Keys.log(DOCS, 999, 0), change.encode());
              batch.put(ColumnFamily.LOG, Keys.log(77, 1, 0), change.encode());
              batch.put(ColumnFamily.LOG, Keys.log(DOCS, 2, 0), hex("40 00"));
            });
    assertFound(problems, Area.LOG, "log", "a key of 3 bytes");
    assertFound(problems, Area.LOG, "log of version 999", "there is no such commit");
    assertFound(problems, Area.LOG, "namespace id 77", "the namespace is not registered");
    assertFound(problems, Area.LOG, "log of version 2", "a stored row is damaged");
    // Nothing can be compared with a change that cannot be read; nothing else is lost by it.
    assertFound(problems, Area.LOG, "\"docs\"", "a stored row is damaged");
  }

  @Test
  void changesAndRecordsThatDiffer_areNamedBothWays() throws StorageFailure {
    List<Problem> problems =
        tampered(
            (engine, batch) -> {
              batch.put(
                  ColumnFamily.LOG,
                  Keys.log(DOCS, 3, 0),
                  new LogRow(false, true, false, new int[0], key("ghost")).encode());
              batch.put(ColumnFamily.LOG, Keys.log(DOCS, 16, 0), LogRow.purged(20, 1).encode());
              batch.delete(ColumnFamily.LOG, Keys.log(OTHER, 27, 0));
            });
    assertFound(problems, Area.LOG, "key \"ghost\"", "names its version 3, which is not stored");
    assertFound(problems, Area.LOG, "key \"k2\"", "version 3 is stored, and the log does not");
    assertFound(problems, Area.LOG, "key \"k3\"", "version 16 is stored, and the log does not");
    assertFound(problems, Area.LOG, "\"other\"", "version 27 is stored, and the log does not");
    assertTrue(problems.stream().noneMatch(p -> p.place().contains("k4")), problems::toString);
  }

  @Test
  void belowTheFloor_nothingIsMissed() throws StorageFailure {
    List<Problem> problems =
        tampered(
            (engine, batch) -> {
              batch.put(ColumnFamily.META, Keys.floor(DOCS), new FloorRow(6, 5, 0, 0).encode());
              batch.delete(ColumnFamily.LOG, Keys.log(DOCS, 3, 0));
              batch.delete(ColumnFamily.LOG, Keys.log(DOCS, 7, 0));
              batch.put(
                  ColumnFamily.LOG,
                  Keys.log(DOCS, 4, 0),
                  new LogRow(false, true, false, new int[0], key("ghost")).encode());
            });
    assertEquals(1, problems.size(), problems::toString);
    assertFound(problems, Area.LOG, "key \"k6\"", "version 7 is stored, and the log does not");
  }

  @Test
  void whatIsBeingPurged_isNotLookedAt() throws StorageFailure {
    PurgeRow purge =
        new PurgeRow(
            PurgeRow.State.ERASING,
            27,
            1,
            0,
            new int[] {DOCS},
            "docs",
            null,
            null,
            ErasedRows.NONE,
            0,
            new PurgeTarget(PurgeKind.KEY, k(0)));
    Tampering damage =
        (engine, batch) -> {
          // Half erased: one row after the other goes.
          batch.delete(ColumnFamily.HISTORY, past(0));
          batch.put(ColumnFamily.META, purge.key(), purge.encode());
          batch.put(ColumnFamily.VECTOR, vector(0), with(engine, vector(0), Float.NaN));
          batch.put(ColumnFamily.EXPIRY, Keys.expiry(5, DOCS, k(0)), Keys.commit(13));
          // One that is done hides nothing.
          PurgeRow done =
              new PurgeRow(
                  PurgeRow.State.DONE,
                  27,
                  2,
                  3,
                  new int[] {DOCS},
                  "docs",
                  null,
                  null,
                  ErasedRows.NONE,
                  0,
                  new PurgeTarget(PurgeKind.NAMESPACE, new byte[0]));
          batch.put(ColumnFamily.META, done.key(), done.encode());
        };
    assertEquals(List.of(), tampered(damage));
    // The vectors of another key are counted all the same.
    List<Problem> problems =
        tampered(
            (engine, batch) ->
                batch.put(
                    ColumnFamily.VECTOR, Keys.vector(DOCS, SPACE, key("absent")), vectorOf(1, 4)));
    assertEquals(1, problems.size(), problems::toString);
    assertFound(problems, Area.VECTORS, "key \"absent\"", "no record names it");
  }

  @Test
  void registry_thatContradictsItself_isNamed() throws StorageFailure {
    List<Problem> problems =
        tampered(
            (engine, batch) -> {
              batch.put(
                  ColumnFamily.META,
                  Keys.namespace(3),
                  new NamespaceRow("late", 99, Long.MAX_VALUE).encode());
              batch.put(
                  ColumnFamily.META, Keys.namespace(4), new NamespaceRow("back", 9, 8).encode());
              batch.put(
                  ColumnFamily.META,
                  Keys.namespace(5),
                  new NamespaceRow("docs", 20, Long.MAX_VALUE).encode());
              batch.put(ColumnFamily.META, Keys.namespace(6), hex("01"));
              batch.put(ColumnFamily.META, hex("6e 00"), hex("01"));
              String space = "0000000000000001 04 01 00 01 73";
              batch.put(ColumnFamily.META, Keys.space(71, 1), hex(space));
              // No space has no dimension.
              batch.put(
                  ColumnFamily.META, Keys.space(OTHER, 1), hex(space.replace(" 04 ", " 00 ")));
              batch.put(ColumnFamily.META, Keys.options(72, 1), hex("00 00"));
              batch.put(ColumnFamily.META, Keys.options(OTHER, 27), hex("00 00 09"));
              batch.put(ColumnFamily.META, Keys.floor(73), new FloorRow(1, 0, 0, 0).encode());
              batch.put(ColumnFamily.META, Keys.floor(OTHER), new FloorRow(99, 98, 0, 0).encode());
              batch.put(ColumnFamily.META, Keys.floor(4), new FloorRow(9, 7, 0, 0).encode());
              batch.put(ColumnFamily.META, new byte[0], hex("01"));
            });
    assertFound(problems, Area.REGISTRY, "\"late\"", "created at version 99");
    assertFound(problems, Area.REGISTRY, "\"back\"", "created at version 9 and deleted at 8");
    assertFound(problems, Area.REGISTRY, "\"docs\"", "two of that name at version 20");
    assertFound(problems, Area.REGISTRY, "meta row of kind n", "a stored row is damaged");
    assertFound(problems, Area.REGISTRY, "namespace id 71", "an embedding space of a namespace");
    assertFound(problems, Area.REGISTRY, "meta row of kind s", "dimension 0");
    assertFound(problems, Area.REGISTRY, "namespace id 72", "options of a namespace");
    assertFound(problems, Area.REGISTRY, "meta row of kind o", "retention of unknown kind");
    assertFound(problems, Area.REGISTRY, "namespace id 73", "floors of a namespace");
    assertFound(problems, Area.REGISTRY, "namespace id 2", "dropped up to version 98");
    assertFound(problems, Area.REGISTRY, "namespace id 4", "dropped up to version 7 and the log");
    assertFound(problems, Area.REGISTRY, "meta row of kind none", "");
  }

  @Test
  void commits_thatCannotBe_areNamed() throws StorageFailure {
    List<Problem> problems =
        tampered(
            (engine, batch) -> {
              batch.put(ColumnFamily.COMMIT, hex("0000"), hex("00"));
              batch.put(
                  ColumnFamily.COMMIT,
                  Keys.commit(5),
                  new CommitRow(time(engine, 4), 4, new int[] {DOCS, 77}, CommitAttributes.NONE)
                      .encode());
              batch.put(
                  ColumnFamily.COMMIT,
                  Keys.commit(9),
                  Arrays.copyOf(row(engine, ColumnFamily.COMMIT, Keys.commit(9)), 17));
            });
    assertFound(problems, Area.LOG, "commit", "a key of 2 bytes");
    assertFound(problems, Area.LOG, "commit 5", "is not later than the one before");
    assertFound(problems, Area.LOG, "commit 5", "touches namespace id 77");
    assertFound(problems, Area.LOG, "commit 9", "a stored row is damaged");
  }

  @Test
  void expiries_thatNameNothing_areNamed() throws StorageFailure {
    List<Problem> problems =
        tampered(
            (engine, batch) -> {
              batch.put(ColumnFamily.EXPIRY, hex("0000000000000001 00000001"), Keys.commit(1));
              batch.put(ColumnFamily.EXPIRY, Keys.expiry(5, DOCS, key("absent")), Keys.commit(1));
              batch.put(ColumnFamily.EXPIRY, Keys.expiry(5, DOCS, k(0)), Keys.commit(1));
              // Of a namespace that was dropped whole: passed when it is due.
              batch.put(
                  ColumnFamily.META, Keys.namespace(3), new NamespaceRow("gone", 1, 2).encode());
              batch.put(ColumnFamily.META, Keys.floor(3), new FloorRow(3, 2, 0, 0).encode());
              batch.put(ColumnFamily.EXPIRY, Keys.expiry(5, 3, k(0)), Keys.commit(1));
              // One that is deleted, but not dropped, still has its rows.
              batch.put(
                  ColumnFamily.META, Keys.namespace(4), new NamespaceRow("left", 1, 2).encode());
              batch.put(ColumnFamily.EXPIRY, Keys.expiry(5, 4, k(0)), Keys.commit(1));
            });
    assertFound(problems, Area.EXPIRY, "expiry", "a key of 12 bytes");
    assertFound(problems, Area.EXPIRY, "key \"absent\"", "does not expire then");
    assertFound(problems, Area.EXPIRY, "key \"k0\"", "does not expire then");
    assertFound(problems, Area.EXPIRY, "\"left\"", "does not expire then");
    assertEquals(4, problems.size(), problems::toString);
  }

  @Test
  void keysThatAreTooShort_doNotEndTheVerification() throws StorageFailure {
    List<Problem> problems =
        tampered(
            (engine, batch) -> {
              batch.put(ColumnFamily.HISTORY, hex("0102"), hex("00"));
              batch.put(ColumnFamily.HEAD, hex("01"), hex("00"));
              batch.put(ColumnFamily.VECTOR, hex("01"), hex("00"));
              batch.put(ColumnFamily.VECTOR_HISTORY, hex("01"), hex("00"));
              batch.put(ColumnFamily.COMMIT, hex("00"), hex("00"));
            });
    assertFound(problems, Area.RECORDS, "head and history", "not everything could be read");
    assertFound(problems, Area.VECTORS, "vector", "not everything could be read");
    assertFound(problems, Area.LOG, "commit", "a key of 1 bytes");
  }
}
