package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.GetRequest;
import dev.nacre.PutRequest;
import dev.nacre.RestoreRequest;
import dev.nacre.Snapshot;
import dev.nacre.diff.DiffRequest;
import dev.nacre.diff.RecordDiff;
import dev.nacre.error.ConflictException;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.error.ValidationException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.SweepReport;
import dev.nacre.maintain.SweepStatistics;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryOrder;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Page;
import dev.nacre.model.Retention;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.search.SearchRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Database} does with time: snapshots, diffs, restores, history from both ends.
 */
public interface TimeContract {

  /** The start of the clock. */
  Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** Opens an empty database by this clock; the test closes it. */
  Database open(ManualClock clock);

  // ---- Snapshots.

  @Test
  default void snapshot_answersTheSame_whateverIsWrittenMeanwhile() {
    ManualClock clock = new ManualClock(START);
    try (Database db = open(clock)) {
      await(
          db.put(
              PutRequest.of("notes", "a", Value.text("one"))
                  .withEmbedding(Embedding.of(1, 0))
                  .withExpiry(new Write.Expiry.After(Duration.ofMinutes(1)))));
      await(db.put("notes", "b", Value.text("two")));
      try (Snapshot snapshot = await(db.snapshot())) {
        Map<String, Function<Snapshot, Object>> reads = reads();
        Map<String, String> before = answers(snapshot, reads);
        await(db.put("notes", "a", Value.text("uno")));
        await(db.embed("notes", "a", 0, 1));
        await(db.put("notes", "aa", Value.text("new")));
        await(db.delete("notes", "b"));
        await(db.put("elsewhere", "x", Value.text("new")));
        clock.advance(Duration.ofHours(1));
        assertEquals(before, answers(snapshot, reads));
        await(db.deleteNamespace("notes"));
        assertEquals(before, answers(snapshot, reads));
        assertTrue(String.valueOf(before.get("get")).contains("@1"), before::toString);
        assertTrue(await(snapshot.contains("notes", "a")), "expired though time stands still");
        assertFalse(await(db.contains("notes", "a")));
      }
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Whoever calls them looks at what they answer.
  private static Map<String, Function<Snapshot, Object>> reads() {
    return Map.ofEntries(
        Map.entry("get", s -> s.get("notes", "a")),
        Map.entry("get request", s -> s.get(GetRequest.of("notes", "b").withSpaces("default"))),
        Map.entry("require", s -> s.require("notes", "b")),
        Map.entry("require request", s -> s.require(GetRequest.of("notes", "b"))),
        Map.entry("contains", s -> s.contains("notes", "aa")),
        Map.entry("contains request", s -> s.contains(GetRequest.of("notes", "aa"))),
        Map.entry("getAll", s -> s.getAll("notes", List.of("a", "b", "aa"))),
        Map.entry(
            "getAll request",
            s -> s.getAll(dev.nacre.GetAllRequest.of("notes", List.of("a", "b")))),
        Map.entry("similar", s -> s.similar("notes", 1, 0)),
        Map.entry("similar request", s -> s.similar(SearchRequest.byVector("notes", 0, 1))),
        Map.entry("scan", s -> s.scan("notes")),
        Map.entry("scan request", s -> s.scan(ScanRequest.of("notes").withLimit(1))),
        Map.entry("scanPage", s -> s.scanPage(ScanRequest.of("notes").withLimit(1))),
        Map.entry("history", s -> s.history("notes", "a")),
        Map.entry("history request", s -> s.history(HistoryRequest.of("notes", "b"))),
        Map.entry("namespaces", Snapshot::namespaces));
  }

  private static Map<String, String> answers(
      Snapshot snapshot, Map<String, Function<Snapshot, Object>> reads) {
    Map<String, String> answers = new java.util.TreeMap<>();
    reads.forEach(
        (name, read) ->
            answers.put(
                name,
                switch (read.apply(snapshot)) {
                  case java.util.concurrent.CompletableFuture<?> future ->
                      String.valueOf(await(future)).replaceAll("plan=.*", "");
                  case Flow.Publisher<?> publisher -> {
                    RecordingSubscriber<Object> subscriber = new RecordingSubscriber<>();
                    publisher.subscribe(subscriber);
                    subscriber.request(Long.MAX_VALUE);
                    assertEquals(Optional.empty(), subscriber.failure());
                    yield subscriber.items().toString();
                  }
                  default -> throw new AssertionError(name);
                }));
    return answers;
  }

  @Test
  default void snapshot_ofThePast_isThere() {
    try (Database db = open(new ManualClock(START))) {
      Commit first = await(db.put("notes", "a", Value.text("one")));
      await(db.put("notes", "a", Value.text("two")));
      try (Snapshot snapshot = await(db.snapshot(AsOf.version(1)))) {
        assertEquals(1, snapshot.readPoint().version());
        assertEquals(first.committedAt(), snapshot.readPoint().instant());
        assertEquals(
            Value.text("one"), await(snapshot.require("notes", "a")).value().orElseThrow());
        // The read point is good for reads of the database, too.
        assertEquals(
            Value.text("one"),
            await(db.require(GetRequest.of("notes", "a").withAsOf(AsOf.at(snapshot.readPoint()))))
                .value()
                .orElseThrow());
      }
      failure(ValidationException.class, db.snapshot(AsOf.version(3)));
    }
  }

  @Test
  default void snapshot_closed_refusesEveryCall() {
    try (Database db = open(new ManualClock(START))) {
      await(db.put("notes", "a", Value.text("one")));
      Snapshot snapshot = await(db.snapshot());
      RecordingSubscriber<VersionedRecord> scanning = new RecordingSubscriber<>();
      snapshot.scan("notes").subscribe(scanning);
      snapshot.close();
      snapshot.close();
      reads()
          .forEach(
              (name, read) ->
                  assertEquals(
                      "snapshotClosed",
                      failureOf(ValidationException.class, read.apply(snapshot))
                          .details()
                          .get("reason"),
                      name));
      scanning.request(1);
      assertInstanceOf(ValidationException.class, scanning.failure().orElseThrow());
      assertEquals(1, snapshot.readPoint().version());
    }
  }

  @Test
  default void snapshot_ofAClosedDatabase_refusesEveryCall() {
    Snapshot snapshot;
    try (Database db = open(new ManualClock(START))) {
      snapshot = await(db.snapshot());
    }
    reads().forEach((name, read) -> failureOf(DatabaseClosedException.class, read.apply(snapshot)));
    snapshot.close();
  }

  private static <E extends Throwable> E failureOf(Class<E> type, Object answer) {
    if (answer instanceof Flow.Publisher<?> publisher) {
      RecordingSubscriber<Object> subscriber = new RecordingSubscriber<>();
      publisher.subscribe(subscriber);
      return assertInstanceOf(type, subscriber.failure().orElseThrow());
    }
    return failure(type, (java.util.concurrent.CompletableFuture<?>) answer);
  }

  @Test
  default void snapshot_askedForAnotherMoment_refuses() {
    try (Database db = open(new ManualClock(START))) {
      await(db.put("notes", "a", Value.text("one")));
      await(db.put("notes", "b", Value.text("one")));
      Page<VersionedRecord> page = await(db.scanPage(ScanRequest.of("notes").withLimit(1)));
      await(db.put("notes", "c", Value.text("one")));
      try (Snapshot snapshot = await(db.snapshot())) {
        failure(
            ValidationException.class,
            snapshot.get(GetRequest.of("notes", "a").withAsOf(AsOf.version(1))));
        failure(
            ValidationException.class,
            snapshot.scanPage(ScanRequest.of("notes").withCursor(page.cursor())));
        assertTrue(
            await(snapshot.get(GetRequest.of("notes", "a").withAsOf(AsOf.at(snapshot.readPoint()))))
                .isPresent());
      }
    }
  }

  @Test
  default void snapshot_cancelledOnItsWay_leavesNothingBehind() {
    try (Database db = open(new ManualClock(START))) {
      await(db.put("notes", "a", Value.text("one")));
      for (int i = 0; i < 50; i++) {
        var opening = db.snapshot(AsOf.version(1));
        if (!opening.cancel(false)) {
          await(opening).close();
        }
      }
      try (Snapshot snapshot = await(db.snapshot())) {
        assertEquals(1, snapshot.readPoint().version());
      }
    }
  }

  // ---- History.

  @Test
  default void history_fromBothEnds_isTheSameBackwards() {
    try (Database db = open(new ManualClock(START))) {
      for (int i = 1; i <= 7; i++) {
        await(i % 3 == 0 ? db.delete("notes", "a") : db.put("notes", "a", Value.json("" + i)));
      }
      HistoryRequest request = HistoryRequest.of("notes", "a").withLimit(2);
      assertEquals(List.of(7L, 6L, 5L, 4L, 3L, 2L, 1L), versions(db, request));
      request = request.withOrder(HistoryOrder.OLDEST_FIRST);
      assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L), versions(db, request));
      assertEquals(List.of(1L, 2L, 3L, 4L), versions(db, request.withAsOf(AsOf.version(4))));
      String cursor = await(db.history(request)).cursor();
      failure(
          ValidationException.class,
          db.history(HistoryRequest.of("notes", "a").withCursor(cursor)));
    }
  }

  private static List<Long> versions(Database db, HistoryRequest request) {
    List<Long> versions = new java.util.ArrayList<>();
    HistoryRequest next = request;
    while (true) {
      Page<HistoryEntry> page = await(db.history(next));
      page.items().forEach(entry -> versions.add(entry.version()));
      if (page.cursor() == null) {
        return versions;
      }
      next = request.withCursor(page.cursor());
    }
  }

  // ---- Restore.

  @Test
  default void restore_ofAKey_writesTheWholeRecordAsItWas() {
    EmbeddingSpace wide = new EmbeddingSpace("wide", 3, Metric.DOT, "m");
    try (Database db = open(new ManualClock(START))) {
      Commit first =
          await(
              db.put(
                  PutRequest.of("notes", "a", Value.json("{\"n\": 1}"))
                      .withMetadata(Metadata.of("lang", "en"))
                      .withEmbedding(Embedding.of(1, 0))));
      await(
          db.put(
              PutRequest.of("notes", "a", Value.text("two"))
                  .withMetadata(Metadata.of("lang", "de", "n", 2))
                  .withEmbedding(Embedding.of(wide, 1, 2, 3))));
      await(db.delete("notes", "a"));
      await(
          db.put(
              PutRequest.of("notes", "a", Value.text("three"))
                  .withEmbedding(Embedding.of(wide, 3, 2, 1))));
      Commit restored = await(db.restore("notes", "a", AsOf.version(1)));
      VersionedRecord record =
          await(db.require(GetRequest.of("notes", "a").withSpaces("default", "wide")));
      assertEquals(5, restored.version());
      assertEquals(Value.json("{\"n\": 1}"), record.value().orElseThrow());
      assertEquals(Metadata.of("lang", "en"), record.metadata());
      assertEquals(Map.of("default", Embedding.of(1, 0)), record.embeddings());
      assertEquals(Map.of("default", 5L), record.embeddingVersions());
      assertEquals(5, record.valueVersion().orElseThrow());
      assertEquals("a", await(db.similar("notes", 1, 0)).hits().getFirst().key());
      // What was there before the restore stays in the history, once.
      assertEquals(List.of(5L, 4L, 3L, 2L, 1L), versions(db, HistoryRequest.of("notes", "a")));
      assertEquals(
          List.of(), await(db.diff(DiffRequest.of("notes", AsOf.version(1), AsOf.now()))).items());
      assertEquals(
          List.of("a"),
          await(db.diff(DiffRequest.of("notes", AsOf.version(4), AsOf.now()))).items().stream()
              .map(RecordDiff::key)
              .toList());

      RecordingSubscriber<ChangeEvent> events = new RecordingSubscriber<>();
      db.watch(WatchRequest.of("notes").withAfter(AsOf.version(4)).withUntil(AsOf.now()))
          .subscribe(events);
      events.request(Long.MAX_VALUE);
      assertEquals(Optional.empty(), events.failure());
      assertEquals(
          Map.of("restoredVersion", "1", "restoredKey", "a"),
          events.items().getFirst().attributes().other());
      assertEquals(first.version(), 1);
    }
  }

  @Test
  default void restore_ofAnAbsentKey_deletes() {
    try (Database db = open(new ManualClock(START))) {
      await(db.put("notes", "b", Value.text("one")));
      await(db.put("notes", "a", Value.text("one")));
      await(db.restore("notes", "a", AsOf.version(1)));
      failure(KeyNotFoundException.class, db.require("notes", "a"));
      await(db.restore("notes", "a", AsOf.version(2)));
      assertEquals(Value.text("one"), await(db.require("notes", "a")).value().orElseThrow());
      assertTrue(await(db.contains("notes", "b")));
    }
  }

  @Test
  default void restore_underACondition_isJudgedWhenItIsCommitted() {
    try (Database db = open(new ManualClock(START))) {
      await(db.put("notes", "a", Value.text("one")));
      await(db.put("notes", "a", Value.text("two")));
      RestoreRequest restore = RestoreRequest.of("notes", "a", AsOf.version(1));
      failure(
          ConflictException.class, db.restore(restore.withCondition(WriteCondition.ifVersion(1))));
      failure(
          ConflictException.class, db.restore(restore.withCondition(WriteCondition.ifAbsent())));
      assertEquals(Value.text("two"), await(db.require("notes", "a")).value().orElseThrow());
      await(
          db.restore(
              restore
                  .withCondition(WriteCondition.ifVersion(2))
                  .withAttributes(new CommitAttributes("me", null, null, Map.of()))));
      assertEquals(Value.text("one"), await(db.require("notes", "a")).value().orElseThrow());
    }
  }

  @Test
  default void restore_keepsTheExpiry_unlessItHasPassed() {
    ManualClock clock = new ManualClock(START);
    try (Database db = open(clock)) {
      await(
          db.put(
              PutRequest.of("notes", "a", Value.text("one"))
                  .withExpiry(new Write.Expiry.At(START.plusSeconds(60)))));
      await(db.put("notes", "forever", Value.text("one")));
      await(
          db.configure(
              "notes", new dev.nacre.model.NamespaceOptions(List.of(), Duration.ofSeconds(5))));
      await(db.delete("notes", "a"));
      await(db.restore("notes", "a", AsOf.version(1)));
      await(db.restore("notes", "forever", AsOf.version(2)));
      assertEquals(
          START.plusSeconds(60), await(db.require("notes", "a")).expiresAt().orElseThrow());
      assertEquals(Optional.empty(), await(db.require("notes", "forever")).expiresAt());

      clock.advance(Duration.ofMinutes(2));
      ValidationException refused =
          failure(ValidationException.class, db.restore("notes", "a", AsOf.version(1)));
      assertEquals("a", refused.details().get("key"));
      await(
          db.restore(
              RestoreRequest.of("notes", "a", AsOf.version(1))
                  .withExpiry(Write.Expiry.Never.NEVER)));
      assertEquals(Optional.empty(), await(db.require("notes", "a")).expiresAt());
      // At an instant at which it had expired it was absent.
      await(db.restore("notes", "a", AsOf.instant(START.plusSeconds(90))));
      assertFalse(await(db.contains("notes", "a")));
    }
  }

  @Test
  default void sweep_dropsWhatRetentionDoesNotKeep_andNothingThatIsHeld() {
    ManualClock clock = new ManualClock(START);
    try (Database db = open(clock)) {
      await(
          db.configure(
              "notes",
              NamespaceOptions.DEFAULT.withRetention(Retention.duration(Duration.ofDays(1)))));
      await(db.put("notes", "a", Value.text("one")));
      await(db.put("notes", "a", Value.text("two")));
      await(
          db.put(
              PutRequest.of("notes", "brief", Value.text("gone soon"))
                  .withExpiry(new Write.Expiry.After(Duration.ofMinutes(1)))));
      await(db.put("notes", "a", Value.text("three")));
      Snapshot held = await(db.snapshot(AsOf.version(3)));
      clock.advance(Duration.ofDays(2));

      SweepReport first = await(db.sweep());
      assertEquals(1, first.recordsExpired());
      assertEquals(1, first.historyRows());
      assertEquals(Value.text("two"), value(await(held.get("notes", "a"))));
      HistoryDroppedException dropped =
          failure(
              HistoryDroppedException.class,
              db.diff(DiffRequest.of("notes", AsOf.version(2), AsOf.now())));
      assertEquals("3", dropped.details().get("oldest"));
      held.close();

      SweepReport second = await(db.sweep());
      assertEquals(1, second.historyRows());
      failure(
          HistoryDroppedException.class,
          db.get(GetRequest.of("notes", "a").withAsOf(AsOf.version(3))));
      failure(
          HistoryDroppedException.class,
          db.diff(DiffRequest.of("notes", AsOf.version(3), AsOf.now())));
      failure(HistoryDroppedException.class, db.restore("notes", "a", AsOf.version(3)));
      assertEquals(Value.text("three"), value(await(db.get("notes", "a"))));
      assertEquals(
          List.of(5L),
          await(db.history(HistoryRequest.of("notes", "a"))).items().stream()
              .map(HistoryEntry::version)
              .toList());
      SweepStatistics swept = await(db.stats()).storage().sweeps();
      assertEquals(first.plus(second), swept.total());
      assertEquals(2, swept.sweeps().count());
      assertEquals(SweepReport.NOTHING, await(db.sweep()));
    }
  }

  private static Value value(Optional<VersionedRecord> record) {
    return record.orElseThrow().value().orElseThrow();
  }

  @Test
  default void restore_ofAPrefix_isOneCommit() {
    try (Database db = open(new ManualClock(START))) {
      await(
          db.batch(
              WriteBatch.builder()
                  .put("notes", "p/a", Value.text("1"))
                  .put("notes", "p/b", Value.text("1"))
                  .put("notes", "p/c", Value.text("1"))
                  .put("notes", "q", Value.text("1"))
                  .build()));
      await(
          db.batch(
              WriteBatch.builder()
                  .put("notes", "p/a", Value.text("2"))
                  .delete("notes", "p/b")
                  .put("notes", "p/d", Value.text("2"))
                  .put("notes", "q", Value.text("2"))
                  .build()));
      assertEquals(
          3, await(db.restore(RestoreRequest.ofPrefix("notes", "p/", AsOf.version(1)))).version());
      assertEquals(
          List.of("q"),
          await(db.diff(DiffRequest.of("notes", AsOf.version(1), AsOf.now()))).items().stream()
              .map(RecordDiff::key)
              .toList());
      // What did not differ was not written.
      assertEquals(1, await(db.require("notes", "p/c")).version());
      failure(
          ValidationException.class,
          db.restore(RestoreRequest.ofPrefix("notes", "p/", AsOf.version(1))));
      assertThrows(
          ValidationException.class,
          () ->
              RestoreRequest.ofPrefix("notes", "p/", AsOf.version(1))
                  .withCondition(WriteCondition.ifAbsent()));
      // What it writes follows from what it finds: a retry is no repetition.
      assertThrows(
          ValidationException.class,
          () ->
              RestoreRequest.ofPrefix("notes", "p/", AsOf.version(1))
                  .withAttributes(CommitAttributes.NONE.withIdempotencyKey("once")));
      await(db.deleteNamespace("notes"));
      await(db.restore(RestoreRequest.ofPrefix("notes", "", AsOf.version(1))));
      List<Namespace> namespaces = await(db.namespaces());
      assertEquals(1, namespaces.size());
      assertEquals(4, await(db.scanPage(ScanRequest.of("notes"))).items().size());
    }
  }
}
