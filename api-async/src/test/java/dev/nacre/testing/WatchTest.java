package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.ValidationException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;

/** Watches are gapless, in order, live, at their subscriber's pace, and end when they should. */
class WatchTest {
  private final Database db = Database.openInMemory();

  @AfterEach
  void close() {
    db.close();
  }

  private Commit put(String namespace, String key) {
    return await(db.put(namespace, key, Value.text("value of " + key)));
  }

  private RecordingSubscriber<ChangeEvent> watch(WatchRequest request) {
    RecordingSubscriber<ChangeEvent> subscriber = new RecordingSubscriber<>();
    db.watch(request).subscribe(subscriber);
    return subscriber;
  }

  private static List<String> texts(List<ChangeEvent> events) {
    return events.stream()
        .map(
            event ->
                event.commit().version()
                    + switch (event) {
                      case ChangeEvent.NamespaceCreated _ -> " created";
                      case ChangeEvent.NamespaceDeleted _ -> " deleted";
                      case ChangeEvent.RecordPurged _ -> " purged";
                      case ChangeEvent.RecordChanged changed -> " " + changed.change().key();
                    })
        .toList();
  }

  @Test
  void watch_fromNow_beginsWhenItIsSubscribed() {
    put("notes", "before");
    RecordingSubscriber<ChangeEvent> subscriber = watch(WatchRequest.of("notes"));
    put("notes", "a");
    put("other", "x");
    put("notes", "b");
    subscriber.request(Long.MAX_VALUE);
    subscriber.awaitItems(2);
    put("notes", "c");
    subscriber.awaitItems(3);
    assertEquals(List.of("2 a", "4 b", "5 c"), texts(subscriber.items()));
    assertTrue(String.valueOf(subscriber.thread()).startsWith("nacre-read"), subscriber::thread);
    assertFalse(subscriber.hasEnded());
  }

  @Test
  void watch_thatHasCaughtUp_neverDeliversOnTheThreadThatCommits() {
    put("notes", "before");
    Set<String> threads = ConcurrentHashMap.newKeySet();
    AtomicInteger delivered = new AtomicInteger();
    Disposable watching =
        db.reactive()
            .watch(WatchRequest.of("notes"))
            .subscribe(
                _ -> {
                  threads.add(Thread.currentThread().getName());
                  delivered.incrementAndGet();
                });
    // So quickly after each other that a look is often over before its result is asked for.
    for (int i = 0; i < 3_000; i++) {
      put("notes", "k" + i);
    }
    await().until(() -> delivered.get() == 3_000);
    watching.dispose();
    assertTrue(threads.stream().noneMatch(name -> name.contains("committer")), threads::toString);
  }

  @Test
  void watch_manyWhereFewReadsMayWait_allGoOn() {
    try (Database small =
        Database.open(DatabaseOptions.inMemoryBuilder().readThreads(1).readQueue(1).build())) {
      Commit _ = await(small.put("notes", "before", Value.json("1")));
      List<RecordingSubscriber<ChangeEvent>> subscribers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        RecordingSubscriber<ChangeEvent> subscriber;
        do {
          // To begin may be refused where many read; to go on may not.
          RecordingSubscriber<ChangeEvent> beginning = new RecordingSubscriber<>();
          small.watch(WatchRequest.of("notes")).subscribe(beginning);
          beginning.request(1);
          Commit _ = await(small.put("notes", "k" + i, Value.json("1")));
          await().until(() -> !beginning.items().isEmpty() || beginning.hasEnded());
          subscriber = beginning;
        } while (subscriber.hasEnded());
        subscriber.request(Long.MAX_VALUE - 1);
        subscribers.add(subscriber);
      }
      long last = 0;
      for (int i = 0; i < 20; i++) {
        last = await(small.put("notes", "more" + i, Value.json("1"))).version();
      }
      for (RecordingSubscriber<ChangeEvent> subscriber : subscribers) {
        long first = subscriber.items().getFirst().commit().version();
        subscriber.awaitItems((int) (last - first + 1));
        assertFalse(subscriber.hasEnded());
        for (int i = 0; i < subscriber.items().size(); i++) {
          assertEquals(first + i, subscriber.items().get(i).commit().version());
        }
      }
    }
  }

  @Test
  void watch_ofANamespaceThatIsNotThere_waitsForIt() {
    RecordingSubscriber<ChangeEvent> subscriber =
        watch(WatchRequest.of("later").withPrefix("a").withRecords());
    subscriber.request(Long.MAX_VALUE);
    put("other", "x");
    put("later", "b");
    put("later", "a1");
    var _ = await(db.deleteNamespace("later"));
    put("later", "a2");
    subscriber.awaitItems(5);
    assertEquals(
        List.of("2 created", "3 a1", "4 deleted", "5 created", "5 a2"), texts(subscriber.items()));
    ChangeEvent.RecordChanged changed =
        assertInstanceOf(ChangeEvent.RecordChanged.class, subscriber.items().get(1));
    assertEquals(Value.text("value of a1"), changed.record().orElseThrow().value().orElseThrow());
  }

  @Test
  void watch_resumedBehindAnEvent_repeatsNothing() {
    for (int i = 0; i < 20; i++) {
      put("notes", "k" + i);
    }
    WatchRequest request = WatchRequest.of("notes").withAfter(AsOf.version(0)).withPageLimit(3);
    RecordingSubscriber<ChangeEvent> first = watch(request);
    first.request(8);
    first.awaitItems(8);
    ReadPoint point = first.items().getLast().readPoint();
    first.cancel();
    RecordingSubscriber<ChangeEvent> second =
        watch(request.withAfter(AsOf.at(point)).withUntil(AsOf.now()));
    second.request(Long.MAX_VALUE);
    assertTrue(second.failure().isEmpty());
    List<ChangeEvent> all = new ArrayList<>(first.items());
    all.addAll(second.items());
    assertEquals(21, all.size());
    assertEquals("20 k19", texts(all).getLast());
  }

  @Test
  void watch_withoutDemand_readsNothingAndDeliversNothing() {
    put("notes", "a");
    put("notes", "b");
    RecordingSubscriber<ChangeEvent> subscriber =
        watch(WatchRequest.of("notes").withAfter(AsOf.version(0)));
    put("notes", "c");
    assertEquals(List.of(), subscriber.items());
    subscriber.request(2);
    subscriber.awaitItems(2);
    put("notes", "d");
    assertEquals(2, subscriber.items().size());
    subscriber.request(10);
    subscriber.awaitItems(5);
    assertEquals(List.of("1 created", "1 a", "2 b", "3 c", "4 d"), texts(subscriber.items()));
  }

  @Test
  void watch_thatBeginsInTheFuture_isRefused() {
    put("notes", "a");
    for (WatchRequest request :
        List.of(
            WatchRequest.of("notes").withAfter(AsOf.version(2)),
            WatchRequest.of("notes").withUntil(AsOf.version(2)),
            WatchRequest.of("notes")
                .withAfter(AsOf.at(new ReadPoint(1, java.time.Instant.now(), "another"))),
            WatchRequest.of("").withAfter(AsOf.version(0)))) {
      RecordingSubscriber<ChangeEvent> subscriber = watch(request);
      subscriber.request(1);
      assertInstanceOf(
          ValidationException.class, subscriber.failure().orElseThrow(), request::toString);
    }
  }

  @Test
  void watch_untilAnEarlierMoment_endsAtOnce() {
    put("notes", "a");
    put("notes", "b");
    RecordingSubscriber<ChangeEvent> subscriber =
        watch(WatchRequest.of("notes").withUntil(AsOf.version(1)));
    subscriber.request(1);
    assertTrue(subscriber.failure().isEmpty());
    assertEquals(List.of(), subscriber.items());
  }

  @Test
  void close_endsEveryWatch_whateverItIsDoing() {
    for (int i = 0; i < 10; i++) {
      put("notes", "k" + i);
    }
    RecordingSubscriber<ChangeEvent> waiting = watch(WatchRequest.of("notes"));
    waiting.request(Long.MAX_VALUE);
    RecordingSubscriber<ChangeEvent> idle = watch(WatchRequest.of("notes"));
    RecordingSubscriber<ChangeEvent> holding =
        watch(WatchRequest.of("notes").withAfter(AsOf.version(0)));
    holding.request(1);
    holding.awaitItems(1);
    RecordingSubscriber<ChangeEvent> absent = watch(WatchRequest.of("absent"));
    absent.request(1);
    db.close();
    for (RecordingSubscriber<ChangeEvent> watch : List.of(waiting, idle, holding, absent)) {
      assertTrue(watch.hasEnded(), "still open when the database was closed");
      assertInstanceOf(DatabaseClosedException.class, watch.failure().orElseThrow());
    }
    assertEquals(1, holding.items().size());
  }

  @Test
  void close_insideASubscriber_doesNotWaitForItself() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    db.watch(WatchRequest.of("notes"))
        .subscribe(
            new EventAction(
                event -> {
                  db.close();
                  closed.countDown();
                },
                end));
    put("notes", "a");
    assertTrue(closed.await(5, TimeUnit.SECONDS), "close() waits for itself");
    assertInstanceOf(DatabaseClosedException.class, await(end));
  }

  /** Four writers against a live watch: every change once, in commit order. */
  @Test
  void watch_besideConcurrentWriters_isGaplessAndInOrder(@TempDir Path directory) throws Exception {
    int writers = 4;
    int commits = 2_500;
    try (Database disk = Database.open(directory)) {
      List<ChangeEvent> seen = new ArrayList<>();
      CompletableFuture<Throwable> end = new CompletableFuture<>();
      AtomicInteger counted = new AtomicInteger();
      disk.watch(WatchRequest.of("notes").withPageLimit(100))
          .subscribe(
              new EventAction(
                  event -> {
                    seen.add(event);
                    counted.incrementAndGet();
                  },
                  end));
      Map<Long, List<String>> written = new HashMap<>();
      List<Thread> threads = new ArrayList<>();
      AtomicInteger changes = new AtomicInteger();
      for (int w = 0; w < writers; w++) {
        int writer = w;
        threads.add(
            Thread.startVirtualThread(
                () -> {
                  for (int i = 0; i < commits; i++) {
                    List<String> keys = new ArrayList<>();
                    WriteBatch.Builder batch = WriteBatch.builder();
                    for (int k = ThreadLocalRandom.current().nextInt(1, 5); k > 0; k--) {
                      String key = "w" + writer + "/" + i + "/" + k;
                      keys.add(key);
                      batch.put("notes", key, Value.json("1"));
                      batch.put("other", key, Value.json("1"));
                    }
                    Commit commit =
                        await(
                            disk.batch(
                                BatchRequest.of(batch.build()).withDurability(Durability.ASYNC)));
                    changes.addAndGet(keys.size());
                    synchronized (written) {
                      written.put(commit.version(), keys);
                    }
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      int expected = changes.get() + 1;
      assertTrue(expected >= 20_000, () -> "only " + expected + " changes");
      await().until(() -> counted.get() >= expected);
      var _ = await(disk.closeAsync());
      assertInstanceOf(DatabaseClosedException.class, await(end));

      assertEquals(expected, seen.size());
      assertInstanceOf(ChangeEvent.NamespaceCreated.class, seen.removeFirst());
      int next = 0;
      for (long version = 1; version <= (long) writers * commits; version++) {
        for (String key : written.getOrDefault(version, List.of())) {
          ChangeEvent.RecordChanged event = (ChangeEvent.RecordChanged) seen.get(next++);
          assertEquals(version, event.commit().version());
          assertEquals(key, event.change().key());
        }
        assertTrue(seen.get(next - 1).endsCommit());
      }
    }
  }

  /** A subscriber that takes one change now and then holds one page, not what is written. */
  @Test
  void slowSubscriber_holdsOnePage_andNoWriterWaits() {
    long before = usedHeap();
    RecordingSubscriber<ChangeEvent> slow =
        watch(WatchRequest.of("notes").withRecords().withPageLimit(10));
    slow.request(1);
    Value large = Value.bytes(new byte[100_000], "a/b");
    int commits = 1_500;
    for (int i = 0; i < commits; i++) {
      var _ =
          await(
              db.batch(
                  BatchRequest.of(WriteBatch.builder().put("notes", "k" + i % 50, large).build())
                      .withDurability(Durability.ASYNC)));
      if (i % 500 == 0) {
        slow.request(1);
      }
    }
    slow.awaitItems(4);
    // 150 MB were written, and a page is 1 MB.
    long more = usedHeap() - before;
    assertTrue(more < 30L << 20, () -> more + " bytes of heap are held");
    assertEquals(4, slow.items().size());
    slow.request(Long.MAX_VALUE);
    slow.awaitItems(100);
    slow.cancel();
    List<Long> versions =
        slow.items().stream().map(event -> event.commit().version()).limit(100).toList();
    assertEquals(1L, versions.getFirst());
    for (int i = 1; i < versions.size(); i++) {
      assertEquals(i, versions.get(i));
    }
  }

  private static long usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Test
  void cancel_freesAtOnce() {
    put("notes", "a");
    for (int i = 0; i < 100; i++) {
      RecordingSubscriber<ChangeEvent> subscriber = watch(WatchRequest.of("notes"));
      subscriber.request(Long.MAX_VALUE);
      subscriber.cancel();
    }
    RecordingSubscriber<ChangeEvent> left = watch(WatchRequest.of("notes"));
    left.request(Long.MAX_VALUE);
    put("notes", "b");
    left.awaitItems(1);
    assertEquals(List.of("2 b"), texts(left.items()));
  }

  /** Many watches of many namespaces: each hears of its own only, and nobody is forgotten. */
  @Test
  void manyWatches_eachHearOfTheirOwn() {
    int namespaces = 200;
    List<RecordingSubscriber<ChangeEvent>> watches = new ArrayList<>();
    for (int i = 0; i < namespaces; i++) {
      RecordingSubscriber<ChangeEvent> subscriber = watch(WatchRequest.of("n" + i));
      subscriber.request(Long.MAX_VALUE);
      watches.add(subscriber);
    }
    for (int round = 0; round < 5; round++) {
      List<CompletableFuture<Commit>> commits = new ArrayList<>();
      for (int i = 0; i < namespaces; i++) {
        commits.add(db.put("n" + i, "k" + round, Value.json("1")));
      }
      commits.forEach(commit -> assertTrue(await(commit).version() > 0));
    }
    await().until(() -> watches.stream().allMatch(watch -> watch.items().size() >= 6));
    watches.forEach(watch -> assertEquals(6, watch.items().size()));
  }
}
