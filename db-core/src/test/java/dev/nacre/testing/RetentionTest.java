package dev.nacre.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ConflictException;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.maintain.SweepReport;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Operation;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Retention;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.maintain.BackupRestore;
import dev.nacre.store.maintain.BackupWriter;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the sweeper drops, what it keeps, and what readers are told. */
@Timeout(120)
class RetentionTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final EmbeddingSpace SPACE = EmbeddingSpace.of(3);

  @TempDir Path directory;
  private final ManualClock clock = new ManualClock(Instant.parse("2026-05-01T00:00:00Z"));
  private final GatedProbe probe = new GatedProbe();

  private StoreOptions options() {
    return StoreOptions.in(directory.resolve("db"))
        .withClock(clock)
        .withProbe(probe)
        .withSweeping(new Sweeping(Duration.ZERO, Duration.ofSeconds(1)));
  }

  private Store open() {
    return Store.open(options());
  }

  // ---- Expiry.

  @Test
  void expired_becomesATombstone_thatHistoryAndFeedShow() throws Exception {
    try (Store store = open()) {
      commit(store, putFor("ns", "k", 1, Duration.ofSeconds(10)));
      put(store, "ns", "other", 1);
      ReadPoint before = store.now();
      clock.advance(Duration.ofSeconds(20));
      ReadPoint expired = store.now();
      assertTrue(store.get(expired, "ns", "k", Set.of()).isEmpty());

      assertEquals(1, sweep(store).recordsExpired());
      assertEquals(3, store.now().version());
      assertEquals(
          Optional.of("expiry"),
          Optional.ofNullable(store.commitInfo(3).orElseThrow().attributes().source()));
      List<HistoryEntry> history = store.history(HistoryRequest.of("ns", "k")).items();
      assertEquals(
          List.of(Operation.DELETE, Operation.UPSERT),
          history.stream().map(HistoryEntry::operation).toList());
      assertEquals("expiry", history.getFirst().attributes().source());
      List<ChangeEvent> events =
          store.readFeed(WatchRequest.of("ns"), FeedPosition.after(2), Long.MAX_VALUE).events();
      assertEquals(1, events.size());
      assertEquals(
          Operation.DELETE,
          assertInstanceOf(ChangeEvent.RecordChanged.class, events.getFirst())
              .change()
              .operation());

      // Reads at what was read before are what they were.
      assertEquals(1, store.get(before, "ns", "k", Set.of()).orElseThrow().version());
      assertTrue(store.get(expired, "ns", "k", Set.of()).isEmpty());
      assertTrue(store.get(store.now(), "ns", "k", Set.of()).isEmpty());
      assertEquals(SweepReport.NOTHING, sweep(store));
    }
    assertClean();
  }

  @Test
  void expired_andWrittenAgain_isLeftAlone() throws Exception {
    try (Store store = open()) {
      commit(store, putFor("ns", "k", 1, Duration.ofSeconds(10)));
      clock.advance(Duration.ofSeconds(20));
      put(store, "ns", "k", 2);
      assertEquals(0, sweep(store).recordsExpired());
      assertEquals(2, store.get(store.now(), "ns", "k", Set.of()).orElseThrow().version());
    }
  }

  @Test
  void expired_manyAndLarge_areEndedInSeveralCommits() throws Exception {
    try (Store store = open()) {
      for (int i = 0; i < 40; i++) {
        commit(
            store,
            WriteBatch.of(
                upsert(
                    "ns",
                    "k" + i,
                    Value.bytes(new byte[100_000], "a/b"),
                    new Write.Expiry.After(Duration.ofSeconds(1)))));
      }
      clock.advance(Duration.ofMinutes(1));
      assertEquals(40, sweep(store).recordsExpired());
      assertTrue(store.now().version() > 42, "more than one commit");
      assertTrue(store.scan(ScanRequest.of("ns")).items().isEmpty());
    }
    assertClean();
  }

  @Test
  void expired_atAnInstantLongAgo_isFoundByALaterSweep() throws Exception {
    try (Store store = open()) {
      put(store, "ns", "k", 1);
      var _ = sweep(store);
      clock.advance(Duration.ofSeconds(5));
      commit(
          store,
          WriteBatch.of(
              upsert(
                  "ns",
                  "old",
                  Value.json("1"),
                  new Write.Expiry.At(Instant.parse("1960-01-01T00:00:00Z")))));
      commit(
          store,
          WriteBatch.of(
              upsert(
                  "ns",
                  "past",
                  Value.json("1"),
                  new Write.Expiry.At(Instant.parse("2000-01-01T00:00:00Z")))));
      assertEquals(2, sweep(store).recordsExpired());
    }
    assertClean();
  }

  // ---- A duration.

  @Test
  void duration_dropsWhatEndedBefore_andNamesTheOldestThatIsLeft() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.duration(Duration.ofMinutes(10)));
      for (int i = 0; i < 5; i++) {
        embed(store, "ns", "k", i);
        clock.advance(Duration.ofMinutes(1));
      }
      delete(store, "ns", "k");
      put(store, "ns", "stays", 1);
      put(store, "all", "k", 1);
      put(store, "all", "k", 2);
      // The deletion is at version 7, six minutes after the first commit.
      clock.advance(Duration.ofMinutes(9));
      clock.advance(Duration.ofSeconds(30));
      SweepReport report = sweep(store);
      // What ended up to version 6: four superseded versions, of the log five.
      assertEquals(new SweepReport(0, 4, 4, 5, 0), report);
      HistoryDroppedException dropped =
          assertThrows(
              HistoryDroppedException.class,
              () -> store.get(store.resolve(AsOf.version(3)), "ns", "k", Set.of()));
      assertEquals("6", dropped.details().get("oldest"));
      assertEquals("ns", dropped.details().get("namespace"));
      assertEquals(6, at(store, 6, "ns", "k"));
      assertThrows(
          HistoryDroppedException.class,
          () -> store.scan(ScanRequest.of("ns").withAsOf(AsOf.version(5))));
      assertEquals(1, store.scan(ScanRequest.of("ns").withAsOf(AsOf.version(6))).items().size());
      assertEquals(2, store.history(HistoryRequest.of("ns", "k")).items().size());

      clock.advance(Duration.ofMinutes(10));
      assertEquals(new SweepReport(0, 2, 1, 2, 0), sweep(store));
      assertEquals(0, store.history(HistoryRequest.of("ns", "k")).items().size());
      assertEquals(8, at(store, 8, "ns", "stays"));
      // Its record has not ended, and a namespace that keeps all has everything.
      assertEquals(9, at(store, 9, "all", "k"));
      assertEquals(SweepReport.NOTHING, sweep(store));
    }
    assertClean();
    try (Store store = open()) {
      assertThrows(
          HistoryDroppedException.class,
          () -> store.scan(ScanRequest.of("ns").withAsOf(AsOf.version(7))));
      assertEquals(SweepReport.NOTHING, sweep(store));
    }
  }

  @Test
  void duration_dropsTheLog_feedsAreRefusedAndViewsToo() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.duration(Duration.ofSeconds(5)));
      for (int i = 0; i < 5; i++) {
        put(store, "ns", "k" + i, i);
      }
      clock.advance(Duration.ofMinutes(1));
      put(store, "ns", "new", 1);
      assertEquals(5, sweep(store).logRows());
      int id = store.namespace(store.now(), "ns").orElseThrow().id();
      assertThrows(HistoryDroppedException.class, () -> store.readLog(id, 3, 7, _ -> {}));
      store.readLog(id, 6, 7, change -> assertEquals("new", change.key()));
      HistoryDroppedException dropped =
          assertThrows(
              HistoryDroppedException.class,
              () -> store.readFeed(WatchRequest.of("ns"), FeedPosition.after(2), Long.MAX_VALUE));
      long oldest = Long.parseLong(dropped.details().get("oldest"));
      assertEquals(
          1,
          store
              .readFeed(WatchRequest.of("ns"), FeedPosition.after(oldest - 1), Long.MAX_VALUE)
              .events()
              .size());
    }
  }

  @Test
  void grace_keepsWhatHasJustEnded() throws Exception {
    try (Store store =
        Store.open(options().withSweeping(new Sweeping(Duration.ZERO, Duration.ofMinutes(1))))) {
      configure(store, "a", Retention.lastVersions(1));
      configure(store, "b", Retention.duration(Duration.ofNanos(1_000)));
      for (int i = 0; i < 3; i++) {
        put(store, "a", "k", i);
        put(store, "b", "k", i);
      }
      clock.advance(Duration.ofSeconds(59));
      assertEquals(SweepReport.NOTHING, sweep(store));
      clock.advance(Duration.ofSeconds(2));
      assertEquals(4, sweep(store).historyRows());
    }
  }

  // ---- A number of versions.

  @Test
  void lastVersions_keepsThatMany_theLogKeepsItsRows() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(2));
      for (int i = 0; i < 5; i++) {
        embed(store, "ns", "k", i);
      }
      put(store, "ns", "once", 1);
      clock.advance(Duration.ofSeconds(10));
      assertEquals(new SweepReport(0, 3, 3, 0, 0), sweep(store));
      assertEquals(
          List.of(6L, 5L),
          store.history(HistoryRequest.of("ns", "k")).items().stream()
              .map(HistoryEntry::version)
              .toList());
      // A version that covers the moment is the answer; what is gone is not silently absent.
      assertEquals(5, at(store, 5, "ns", "k"));
      HistoryDroppedException dropped =
          assertThrows(HistoryDroppedException.class, () -> at(store, 4, "ns", "k"));
      assertEquals("5", dropped.details().get("oldest"));
      assertEquals(
          7,
          store
              .readFeed(WatchRequest.of("ns"), FeedPosition.after(0), Long.MAX_VALUE)
              .events()
              .size());
      assertThrows(
          HistoryDroppedException.class,
          () ->
              store.readFeed(
                  WatchRequest.of("ns").withRecords(), FeedPosition.after(0), Long.MAX_VALUE));

      // Fewer are kept from now on: everything is looked at again.
      configure(store, "ns", Retention.lastVersions(1));
      clock.advance(Duration.ofSeconds(10));
      assertEquals(1, sweep(store).historyRows());
      assertEquals(SweepReport.NOTHING, sweep(store));
    }
    assertClean();
  }

  @Test
  void lastVersions_ofADeletedRecord_keepsTheTombstone() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(1));
      embed(store, "ns", "k", 1);
      delete(store, "ns", "k");
      clock.advance(Duration.ofSeconds(10));
      assertEquals(new SweepReport(0, 1, 1, 0, 0), sweep(store));
      assertEquals(
          List.of(Operation.DELETE),
          store.history(HistoryRequest.of("ns", "k")).items().stream()
              .map(HistoryEntry::operation)
              .toList());
    }
    assertClean();
  }

  @Test
  void retention_thatChanges_isFollowed() throws Exception {
    try (Store store = open()) {
      for (int i = 0; i < 5; i++) {
        embed(store, "ns", "k", i);
      }
      clock.advance(Duration.ofSeconds(10));
      assertEquals(SweepReport.NOTHING, sweep(store));
      configure(store, "ns", Retention.lastVersions(3));
      assertEquals(2, sweep(store).historyRows());
      configure(store, "ns", Retention.duration(Duration.ofSeconds(5)));
      SweepReport report = sweep(store);
      assertEquals(2, report.historyRows());
      assertEquals(5, report.logRows());
      configure(store, "ns", Retention.all());
      embed(store, "ns", "k", 6);
      clock.advance(Duration.ofDays(10));
      assertEquals(SweepReport.NOTHING, sweep(store));
      assertEquals(2, store.history(HistoryRequest.of("ns", "k")).items().size());
    }
    assertClean();
  }

  // ---- Namespaces that are gone.

  @Test
  void deletedNamespace_isDroppedWhole_othersAreNot() throws Exception {
    try (Store store = open()) {
      configure(store, "a", Retention.duration(Duration.ofMinutes(1)));
      put(store, "before", "k", 1);
      commit(store, putFor("a", "ttl", 1, Duration.ofMinutes(5)));
      embed(store, "a", "k", 1);
      embed(store, "a", "k", 2);
      int id = store.namespace(store.now(), "a").orElseThrow().id();
      long live = store.now().version();
      commit(store, WriteBatch.of(new Write.DeleteNamespace("a")));
      put(store, "behind", "k", 1);
      clock.advance(Duration.ofSeconds(30));
      assertEquals(0, sweep(store).namespacesDropped());
      assertEquals(5, at(store, live, "a", "k"));

      clock.advance(Duration.ofSeconds(40));
      assertEquals(1, sweep(store).namespacesDropped());
      assertThrows(HistoryDroppedException.class, () -> at(store, live, "a", "missing"));
      assertThrows(
          HistoryDroppedException.class,
          () -> store.scan(ScanRequest.of("a").withAsOf(AsOf.version(live))));
      assertTrue(store.scan(ScanRequest.of("a")).items().isEmpty());
      assertEquals(2, at(store, store.now().version(), "before", "k"));
      assertEquals(7, at(store, store.now().version(), "behind", "k"));
      assertEquals(0, sweep(store).namespacesDropped());

      // Its id is not given again, and what it left in the queue of expiries goes when it is due.
      put(store, "a", "k", 1);
      assertTrue(store.namespace(store.now(), "a").orElseThrow().id() > id);
      clock.advance(Duration.ofMinutes(10));
      assertEquals(0, sweep(store).recordsExpired());
    }
    assertClean();
    try (Store store = open()) {
      var _ = store.compact();
      assertThrows(
          HistoryDroppedException.class,
          () -> store.scan(ScanRequest.of("a").withAsOf(AsOf.version(3))));
      assertEquals(1, store.scan(ScanRequest.of("a")).items().size());
    }
    assertClean();
  }

  @Test
  void deletedNamespace_thatKeepsAll_staysReadable() throws Exception {
    try (Store store = open()) {
      put(store, "a", "k", 1);
      commit(store, WriteBatch.of(new Write.DeleteNamespace("a")));
      clock.advance(Duration.ofDays(1_000));
      assertEquals(SweepReport.NOTHING, sweep(store));
      assertEquals(1, at(store, 1, "a", "k"));
    }
  }

  // ---- What holds history.

  @Test
  void pin_holdsWhatItNeeds_untilItIsClosed() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(1));
      configure(store, "timed", Retention.duration(Duration.ofSeconds(1)));
      for (int i = 0; i < 5; i++) {
        embed(store, "ns", "k", i);
        embed(store, "timed", "k", i);
      }
      Pin pin = store.pin(AsOf.version(7));
      clock.advance(Duration.ofMinutes(1));
      SweepReport held = sweep(store);
      assertTrue(held.historyRows() > 0);
      assertEquals(7, at(store, 7, "ns", "k"));
      assertEquals(6, at(store, 7, "timed", "k"));
      assertEquals(SweepReport.NOTHING, sweep(store));
      pin.close();
      assertTrue(sweep(store).historyRows() > 0);
      assertThrows(HistoryDroppedException.class, () -> at(store, 7, "ns", "k"));
      assertThrows(HistoryDroppedException.class, () -> at(store, 7, "timed", "k"));
    }
    assertClean();
  }

  @Test
  void pin_ofOneNamespace_doesNotHoldOthers() throws Exception {
    try (Store store = open()) {
      configure(store, "a", Retention.duration(Duration.ofSeconds(1)));
      configure(store, "b", Retention.duration(Duration.ofSeconds(1)));
      try (Pin _ = store.pin(AsOf.version(2), "a")) {
        for (int i = 0; i < 3; i++) {
          put(store, "a", "k", i);
          put(store, "b", "k", i);
        }
        clock.advance(Duration.ofMinutes(1));
        assertEquals(2, sweep(store).historyRows());
        assertEquals(3, at(store, 3, "a", "k"));
        assertThrows(HistoryDroppedException.class, () -> at(store, 4, "b", "k"));
      }
      assertEquals(2, sweep(store).historyRows());
    }
  }

  @Test
  void transaction_fromBelowTheFloor_conflictsWithWhatIsNotKnownAnyMore() throws Exception {
    ReadPoint old;
    try (Store store = open()) {
      configure(store, "ns", Retention.duration(Duration.ofSeconds(1)));
      old = store.now();
      put(store, "ns", "k", 1);
      delete(store, "ns", "k");
      clock.advance(Duration.ofMinutes(1));
      assertEquals(2, sweep(store).historyRows());
    }
    // Opened again, so that nothing in memory knows of the change.
    try (Store store = open()) {
      WriteBatch batch = batch("ns", "k", 2).withCheck(new SnapshotCheck(old, List.of()));
      ExecutionException failed =
          assertThrows(
              ExecutionException.class,
              () -> store.commit(batch, Durability.ASYNC, LONG).get(20, SECONDS));
      assertInstanceOf(ConflictException.class, failed.getCause());
      commit(store, batch("ns", "k", 2).withCheck(new SnapshotCheck(store.now(), List.of())));
    }
  }

  // ---- Looking after it.

  @Test
  void restore_toAMomentBelowTheFloor_isRefused() throws Exception {
    Path backups = directory.resolve("backups");
    try (Store store = open()) {
      put(store, "all", "k", 1);
      configure(store, "ns", Retention.lastVersions(1));
      for (int i = 0; i < 4; i++) {
        put(store, "ns", "k", i);
      }
      clock.advance(Duration.ofMinutes(1));
      assertEquals(3, sweep(store).historyRows());
      put(store, "ns", "k", 9);
      Backup _ = BackupWriter.run(store, BackupRequest.to(backups), clock, () -> false);
    }
    HistoryDroppedException dropped =
        assertThrows(
            HistoryDroppedException.class,
            () -> BackupRestore.run(to(backups, "refused", AsOf.version(4))));
    assertEquals("6", dropped.details().get("oldest"));
    assertFalse(Files.exists(directory.resolve("refused")));

    var restored = BackupRestore.run(to(backups, "restored", AsOf.version(6)));
    assertEquals(6, restored.version());
    assertEquals(
        List.of(), StoreVerification.run(directory.resolve("restored"), ViewCheck.NONE).problems());
    try (Store store =
        Store.open(
            StoreOptions.in(directory.resolve("restored"))
                .withClock(clock)
                .withSweeping(new Sweeping(Duration.ZERO, Duration.ofSeconds(1))))) {
      assertEquals(6, at(store, 6, "ns", "k"));
      // Before there was the namespace, nothing of it can have been dropped.
      put(store, "ns", "k", 10);
      clock.advance(Duration.ofMinutes(1));
      assertEquals(1, sweep(store).historyRows());
    }
    var first = BackupRestore.run(to(backups, "first", AsOf.version(1)));
    assertEquals(1, first.version());
    assertEquals(
        List.of(), StoreVerification.run(directory.resolve("first"), ViewCheck.NONE).problems());
  }

  @Test
  void restore_toBeforeADroppedNamespace_leavesNothingOfIt_whoeverGetsItsId() throws Exception {
    Path backups = directory.resolve("backups");
    int id;
    try (Store store = open()) {
      put(store, "all", "k", 1);
      configure(store, "gone", Retention.duration(Duration.ofSeconds(1)));
      embed(store, "gone", "ghost", 1);
      embed(store, "gone", "ghost", 2);
      id = store.namespace(store.now(), "gone").orElseThrow().id();
      commit(store, WriteBatch.of(new Write.DeleteNamespace("gone")));
      clock.advance(Duration.ofMinutes(1));
      put(store, "all", "k", 2);
      // Its rows are in files, and the deleted ranges beside them.
      assertEquals(1, sweep(store).namespacesDropped());
      Backup _ = BackupWriter.run(store, BackupRequest.to(backups), clock, () -> false);
    }
    HistoryDroppedException dropped =
        assertThrows(
            HistoryDroppedException.class,
            () -> BackupRestore.run(to(backups, "refused", AsOf.version(3))));
    assertEquals("gone", dropped.details().get("namespace"));
    var _ = BackupRestore.run(to(backups, "restored", AsOf.version(1)));
    Path restored = directory.resolve("restored");
    try (Store store = Store.open(StoreOptions.in(restored).withClock(clock))) {
      for (int i = 0; i < 3; i++) {
        put(store, "new" + i, "k", 1);
      }
      String heir =
          store.namespaces(store.now()).stream()
              .filter(namespace -> namespace.id() == id)
              .findFirst()
              .orElseThrow()
              .name();
      assertEquals(1, store.scan(ScanRequest.of(heir)).items().size());
      assertTrue(store.get(store.now(), heir, "ghost", Set.of()).isEmpty());
      assertTrue(store.history(HistoryRequest.of(heir, "ghost")).items().isEmpty());
      List<String> changed = new ArrayList<>();
      store.readLog(id, 0, store.now().version(), change -> changed.add(change.key()));
      assertEquals(List.of("k"), changed);
      assertEquals(
          1,
          store
              .scan(ScanRequest.of(heir).withAsOf(AsOf.version(store.now().version())))
              .items()
              .size());
    }
    assertEquals(List.of(), StoreVerification.run(restored, ViewCheck.NONE).problems());
  }

  private RestoreRequest to(Path backups, String name, AsOf asOf) {
    return RestoreRequest.of(backups, directory.resolve(name)).withAsOf(asOf);
  }

  @Test
  void space_isGivenBack() throws Exception {
    Path store = directory.resolve("db").resolve("store");
    long full;
    try (Store opened = open()) {
      configure(opened, "ns", Retention.duration(Duration.ofSeconds(1)));
      byte[] bytes = new byte[50_000];
      for (int i = 0; i < 400; i++) {
        new java.util.Random(i).nextBytes(bytes);
        commit(
            opened,
            WriteBatch.builder().put("ns", "k" + i % 10, Value.bytes(bytes, "a/b")).build());
      }
      var _ = opened.compact();
      full = size(store);
      clock.advance(Duration.ofMinutes(1));
      assertEquals(390, sweep(opened).historyRows());
      var report = opened.compact();
      assertTrue(report.bytesAfter() < report.bytesBefore() / 10, report::toString);
    }
    try (Store _ = open()) {
      // Opening again drops the log of what is in files now.
    }
    long left = size(store);
    assertTrue(left < full / 8, () -> full + " bytes before, " + left + " now");
    assertClean();
  }

  // ---- The sweeper itself.

  @Test
  void background_sweepsByItself_andShowsInStatistics() throws Exception {
    try (Store store =
        Store.open(
            options().withSweeping(new Sweeping(Duration.ofMillis(20), Duration.ofSeconds(1))))) {
      configure(store, "ns", Retention.lastVersions(1));
      put(store, "ns", "k", 1);
      put(store, "ns", "k", 2);
      commit(store, putFor("ns", "ttl", 1, Duration.ofSeconds(2)));
      clock.advance(Duration.ofMinutes(1));
      await().until(() -> store.statistics().sweeps().total().recordsExpired() == 1);
      await().until(() -> store.statistics().sweeps().total().historyRows() >= 1);
      assertTrue(store.statistics().sweeps().sweeps().count() > 0);
      assertEquals(0, store.statistics().sweeps().failures());
    }
  }

  @Test
  void close_duringASweep_endsItSoon() throws Exception {
    Store store = open();
    configure(store, "ns", Retention.lastVersions(1));
    for (int i = 0; i < 3; i++) {
      put(store, "ns", "k", i);
    }
    clock.advance(Duration.ofMinutes(1));
    probe.holdWrites();
    CompletableFuture<SweepReport> sweep =
        CompletableFuture.supplyAsync(() -> store.sweep(() -> false));
    await().until(() -> probe.writesHeld() > 0);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(store::close);
    probe.release();
    closed.get(20, SECONDS);
    try {
      // It was at its last write, or it was told.
      assertTrue(sweep.get(20, SECONDS).historyRows() > 0);
    } catch (ExecutionException e) {
      assertInstanceOf(DatabaseClosedException.class, e.getCause());
    }
    assertThrows(DatabaseClosedException.class, () -> store.sweep(() -> false));
    assertClean();
  }

  @Test
  void sweep_thatIsStopped_endsAndGoesOnLater() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(1));
      put(store, "ns", "k", 1);
      put(store, "ns", "k", 2);
      clock.advance(Duration.ofMinutes(1));
      assertThrows(CancellationException.class, () -> store.sweep(() -> true));
      assertEquals(1, sweep(store).historyRows());
    }
  }

  @Test
  void sweep_thatStorageFails_isTypedAndCounted() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(1));
      put(store, "ns", "k", 1);
      put(store, "ns", "k", 2);
      clock.advance(Duration.ofMinutes(1));
      probe.failWrites(new IllegalStateException("the disk is on fire"));
      assertThrows(UnavailableException.class, () -> store.sweep(() -> false));
      probe.failWrites(null);
      assertEquals(1, store.statistics().sweeps().failures());
      assertTrue(store.statistics().sweeps().lastFailure().contains("on fire"));
      assertEquals(3, at(store, 3, "ns", "k"));
    }
    try (Store store = open()) {
      assertEquals(1, sweep(store).historyRows());
    }
    assertClean();
  }

  @Test
  void readOnly_doesNotSweep() throws Exception {
    try (Store store = open()) {
      put(store, "ns", "k", 1);
    }
    try (Store store = Store.open(options().asReadOnly())) {
      assertThrows(UnavailableException.class, () -> store.sweep(() -> false));
    }
  }

  @Test
  void vectors_ofVersionsThatStay_stay() throws Exception {
    try (Store store = open()) {
      configure(store, "ns", Retention.lastVersions(2));
      embed(store, "ns", "k", 1);
      // The embedding carries over.
      for (int i = 0; i < 4; i++) {
        put(store, "ns", "k", i);
      }
      embed(store, "ns", "k", 2);
      clock.advance(Duration.ofMinutes(1));
      assertEquals(new SweepReport(0, 4, 0, 0, 0), sweep(store));
      ReadPoint at = store.resolve(AsOf.version(6));
      assertArrayEquals(
          new float[] {1, 1, 1},
          Objects.requireNonNull(
                  store
                      .get(at, "ns", "k", Set.of(SPACE.name()))
                      .orElseThrow()
                      .embeddings()
                      .get(SPACE.name()))
              .vector());
      put(store, "ns", "k", 9);
      clock.advance(Duration.ofMinutes(1));
      assertEquals(new SweepReport(0, 1, 1, 0, 0), sweep(store));
    }
    assertClean();
  }

  private void assertClean() {
    assertEquals(
        List.of(), StoreVerification.run(directory.resolve("db"), ViewCheck.NONE).problems());
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

  private static SweepReport sweep(Store store) {
    return store.sweep(() -> false);
  }

  private static long at(Store store, long version, String namespace, String key) {
    return store
        .get(store.resolve(AsOf.version(version)), namespace, key, Set.of())
        .orElseThrow()
        .version();
  }

  private static void configure(Store store, String namespace, Retention retention)
      throws Exception {
    commit(
        store,
        WriteBatch.of(
            new Write.Configure(namespace, NamespaceOptions.DEFAULT.withRetention(retention))));
  }

  private static void put(Store store, String namespace, String key, int value) throws Exception {
    commit(store, batch(namespace, key, value));
  }

  private static WriteBatch batch(String namespace, String key, int value) {
    return WriteBatch.builder().put(namespace, key, Value.json("" + value)).build();
  }

  private static WriteBatch putFor(String namespace, String key, int value, Duration timeToLive) {
    return WriteBatch.of(
        upsert(namespace, key, Value.json("" + value), new Write.Expiry.After(timeToLive)));
  }

  private static Write upsert(String namespace, String key, Value value, Write.Expiry expiry) {
    return new Write.Upsert(namespace, key, value, null, List.of(), expiry, WriteCondition.none());
  }

  private static void embed(Store store, String namespace, String key, int value) throws Exception {
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

  private static void delete(Store store, String namespace, String key) throws Exception {
    commit(store, WriteBatch.builder().delete(namespace, key).build());
  }

  private static void commit(Store store, WriteBatch batch) throws Exception {
    Commit _ = store.commit(batch, Durability.ASYNC, LONG).get(20, SECONDS);
  }
}
