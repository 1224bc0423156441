package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.error.ValidationException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.FeedPage;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log tells of a namespace, page by page, and who holds it. */
class FeedTest {
  @TempDir private Path directory;

  private Store open() {
    return Store.open(StoreOptions.in(directory.resolve("db")));
  }

  @CanIgnoreReturnValue
  private static long commit(Store store, WriteBatch batch) throws Exception {
    return store
        .commit(batch, Durability.ASYNC, Duration.ofSeconds(30))
        .get(30, TimeUnit.SECONDS)
        .version();
  }

  @CanIgnoreReturnValue
  private static long put(Store store, String namespace, String key, int value) throws Exception {
    return commit(store, WriteBatch.builder().put(namespace, key, Value.json("" + value)).build());
  }

  private static List<ChangeEvent> all(Store store, WatchRequest request, long after) {
    List<ChangeEvent> events = new ArrayList<>();
    FeedPosition position = FeedPosition.after(after);
    FeedPage page;
    do {
      page = store.readFeed(request, position, Long.MAX_VALUE);
      events.addAll(page.events());
      position = page.position();
    } while (!page.caughtUp());
    return events;
  }

  private static String text(ChangeEvent event) {
    return event.commit().version()
        + switch (event) {
          case ChangeEvent.NamespaceCreated _ -> " created";
          case ChangeEvent.NamespaceDeleted _ -> " deleted";
          case ChangeEvent.RecordPurged _ -> " purged";
          case ChangeEvent.RecordChanged changed ->
              " "
                  + changed.change().operation()
                  + " "
                  + changed.change().key()
                  + changed.record().map(record -> "=" + record.value().orElseThrow()).orElse("");
        };
  }

  @Test
  void feed_ofANamespaceThatComesAndGoes_saysSo() throws Exception {
    try (Store store = open()) {
      put(store, "other", "x", 0);
      put(store, "ns", "a", 1);
      commit(store, WriteBatch.builder().delete("ns", "a").delete("ns", "absent").build());
      commit(store, WriteBatch.of(new Write.DeleteNamespace("ns")));
      commit(store, WriteBatch.of(new Write.Configure("ns", NamespaceOptions.DEFAULT)));
      commit(
          store,
          WriteBatch.builder()
              .put("ns", "b", Value.json("2"))
              .add(new Write.DeleteNamespace("ns"))
              .put("ns", "c", Value.json("3"))
              .attributes(new CommitAttributes("me", "here", null, Map.of("why", "because")))
              .build());
      List<ChangeEvent> events = all(store, WatchRequest.of("ns").withRecords(), 0);
      assertEquals(
          List.of(
              "2 created",
              "2 UPSERT a=1",
              "3 DELETE a",
              "4 deleted",
              "5 created",
              "6 UPSERT b",
              "6 deleted",
              "6 created",
              "6 UPSERT c=3"),
          events.stream().map(FeedTest::text).toList());
      assertEquals(
          List.of(false, true, true, true, true, false, false, false, true),
          events.stream().map(ChangeEvent::endsCommit).toList());
      assertEquals("because", events.getLast().attributes().other().get("why"));
      assertEquals(Optional.of("me"), Optional.ofNullable(events.getLast().attributes().actor()));
      assertEquals(
          events.subList(5, 9).stream().map(FeedTest::text).toList(),
          all(store, WatchRequest.of("ns").withRecords(), 5).stream().map(FeedTest::text).toList());
      assertEquals(List.of(), all(store, WatchRequest.of("absent"), 0));
    }
  }

  @Test
  void feed_ofACommitLargerThanAPage_goesOnInIt() throws Exception {
    try (Store store = open()) {
      WriteBatch.Builder batch = WriteBatch.builder();
      for (int i = 0; i < 1_000; i++) {
        batch.put("ns", "k%04d".formatted(i), Value.json("1"));
      }
      commit(store, batch.build());
      put(store, "ns", "last", 1);
      List<ChangeEvent> events = all(store, WatchRequest.of("ns").withPageLimit(7), 0);
      assertEquals(1_002, events.size());
      assertEquals(2, events.stream().filter(ChangeEvent::endsCommit).count());
      assertTrue(events.get(1_000).endsCommit());
    }
  }

  @Test
  void feed_ofAPrefixAmongManyOthers_passesOverThemInSteps() throws Exception {
    try (Store store = open()) {
      for (int commit = 0; commit < 4; commit++) {
        WriteBatch.Builder batch = WriteBatch.builder();
        for (int i = 0; i < 30_000; i++) {
          batch.put("ns", "x" + i, Value.json("1"));
        }
        commit(store, batch.build());
      }
      put(store, "ns", "y", 1);
      WatchRequest request = WatchRequest.of("ns").withPrefix("y");
      FeedPage first = store.readFeed(request, FeedPosition.after(0), Long.MAX_VALUE);
      assertFalse(first.caughtUp(), "it should not walk over everything at one go");
      assertEquals(
          List.of("1 created", "5 UPSERT y"),
          all(store, request, 0).stream().map(FeedTest::text).toList());
    }
  }

  @Test
  void feed_ofLargeValues_endsItsPagesEarly() throws Exception {
    try (Store store = open()) {
      Value megabyte = Value.bytes(new byte[1 << 20], "a/b");
      for (int i = 0; i < 20; i++) {
        commit(store, WriteBatch.builder().put("ns", "k" + i, megabyte).build());
      }
      WatchRequest request = WatchRequest.of("ns").withRecords();
      FeedPage first = store.readFeed(request, FeedPosition.after(0), Long.MAX_VALUE);
      assertTrue(first.events().size() < 12, () -> first.events().size() + " MiB in one page");
      assertEquals(21, all(store, request, 0).size());
    }
  }

  @Test
  void feed_belowTheFloor_namesTheOldestThatIsLeft() throws Exception {
    int id;
    try (Store store = open()) {
      for (int i = 0; i < 10; i++) {
        put(store, "ns", "k" + i, i);
      }
      id = store.namespace(store.now(), "ns").orElseThrow().id();
    }
    // What retention leaves behind.
    try (RocksEngine engine =
        RocksEngine.open(
            new RocksEngine.Options(
                directory.resolve("db").resolve("store"), false, 1 << 20, 1 << 20))) {
      GroupBatch batch = new GroupBatch();
      batch.put(ColumnFamily.META, Keys.floor(id), Keys.commit(6));
      engine.write(batch, true);
    }
    try (Store store = open()) {
      HistoryDroppedException dropped =
          assertThrows(HistoryDroppedException.class, () -> all(store, WatchRequest.of("ns"), 4));
      assertEquals("6", dropped.details().get("oldest"));
      assertEquals(5, all(store, WatchRequest.of("ns"), 5).size());
      assertThrows(
          HistoryDroppedException.class,
          () -> store.diff(dev.nacre.diff.DiffRequest.of("ns", AsOf.version(4), AsOf.version(9))));
      assertEquals(
          4,
          store
              .diff(dev.nacre.diff.DiffRequest.of("ns", AsOf.version(5), AsOf.version(9)))
              .items()
              .size());
    }
  }

  @Test
  void touchedNamespaces_areThoseOfTheCommits() throws Exception {
    try (Store store = open()) {
      put(store, "a", "k", 1);
      put(store, "b", "k", 1);
      commit(
          store,
          WriteBatch.builder()
              .put("c", "k", Value.json("1"))
              .add(new Write.DeleteNamespace("a"))
              .build());
      assertEquals(Optional.of(Set.of("a", "b", "c")), store.touchedNamespaces(0, 3));
      assertEquals(Optional.of(Set.of("b")), store.touchedNamespaces(1, 2));
      assertEquals(Optional.of(Set.of()), store.touchedNamespaces(3, 3));
      assertEquals(Optional.empty(), store.touchedNamespaces(3, 100_000));
    }
  }

  @Test
  void pins_holdTheOldestOfTheirVersions() throws Exception {
    try (Store store = open()) {
      put(store, "ns", "k", 1);
      put(store, "ns", "k", 2);
      assertEquals(OptionalLong.empty(), store.oldestPinned());
      Pin now = store.pin(AsOf.now());
      Pin before = store.pin(AsOf.version(1));
      assertEquals(OptionalLong.of(1), store.oldestPinned());
      before.advanceTo(0);
      assertEquals(OptionalLong.of(1), store.oldestPinned());
      before.advanceTo(2);
      assertEquals(OptionalLong.of(2), store.oldestPinned());
      before.close();
      before.close();
      assertThrows(ValidationException.class, () -> store.pin(AsOf.version(3)));
      now.close();
      assertEquals(OptionalLong.empty(), store.oldestPinned());
    }
  }
}
