package dev.nacre.runtime;

import static dev.nacre.testing.Futures.await;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Pin;
import dev.nacre.store.StoreOptions;
import dev.nacre.testing.GatedProbe;
import dev.nacre.testing.RecordingSubscriber;
import dev.nacre.vector.VectorOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Snapshots and watches hold history as long as they last, and not a moment longer. */
class HeldHistoryTest {
  private final GatedProbe probe = new GatedProbe();
  private final Dispatcher dispatcher =
      Dispatcher.open(
          StoreOptions.inMemory().withProbe(probe),
          VectorOptions.DEFAULT,
          null,
          new DispatcherOptions(2, 1_000, Duration.ofSeconds(60)));

  @AfterEach
  void close() {
    probe.release();
    dispatcher.close();
  }

  private void put(String key) {
    var _ =
        await(
            dispatcher.execute(
                new Call.Put(
                    WriteBatch.builder().put("ns", key, Value.json("1")).build(),
                    Durability.ASYNC,
                    Duration.ofSeconds(30))));
  }

  private RecordingSubscriber<ChangeEvent> watch(WatchRequest request) {
    RecordingSubscriber<ChangeEvent> subscriber = new RecordingSubscriber<>();
    new WatchPublisher(dispatcher, request).subscribe(subscriber);
    return subscriber;
  }

  private void awaitNothingHeld() {
    await().until(() -> dispatcher.oldestPinned().isEmpty() && dispatcher.feeds().watches() == 0);
  }

  @Test
  void watch_holdsWhatIsStillToCome_andMovesOn() {
    for (int i = 0; i < 10; i++) {
      put("k" + i);
    }
    RecordingSubscriber<ChangeEvent> subscriber =
        watch(WatchRequest.of("ns").withAfter(AsOf.version(4)).withPageLimit(2));
    subscriber.request(1);
    subscriber.awaitItems(1);
    assertTrue(dispatcher.oldestPinned().orElseThrow() >= 4);
    assertTrue(dispatcher.oldestPinned().orElseThrow() <= 6);
    subscriber.request(100);
    subscriber.awaitItems(6);
    await().until(() -> dispatcher.oldestPinned().equals(OptionalLong.of(9)));
    assertEquals(1, dispatcher.feeds().watches());
    subscriber.cancel();
    assertEquals(OptionalLong.empty(), dispatcher.oldestPinned());
    assertEquals(0, dispatcher.feeds().watches());
  }

  @Test
  void watch_fromNow_holdsFromItsSubscription() {
    put("a");
    RecordingSubscriber<ChangeEvent> subscriber = watch(WatchRequest.of("ns"));
    assertEquals(OptionalLong.of(1), dispatcher.oldestPinned());
    put("b");
    assertEquals(OptionalLong.of(1), dispatcher.oldestPinned());
    subscriber.cancel();
    awaitNothingHeld();
  }

  @Test
  void watches_cancelledAnywhere_holdNothing() {
    put("a");
    List<RecordingSubscriber<ChangeEvent>> watches = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      RecordingSubscriber<ChangeEvent> subscriber =
          watch(WatchRequest.of("ns").withAfter(AsOf.version(i % 2)));
      subscriber.request(1 + i % 3);
      watches.add(subscriber);
    }
    put("b");
    watches.forEach(RecordingSubscriber::cancel);
    awaitNothingHeld();
  }

  @Test
  void watch_thatEnds_holdsNothing() {
    put("a");
    RecordingSubscriber<ChangeEvent> ended =
        watch(WatchRequest.of("ns").withAfter(AsOf.version(0)).withUntil(AsOf.now()));
    ended.request(10);
    ended.awaitEnd();
    RecordingSubscriber<ChangeEvent> refused =
        watch(WatchRequest.of("ns").withAfter(AsOf.version(0)).withUntil(AsOf.version(9)));
    refused.request(10);
    refused.awaitEnd();
    awaitNothingHeld();
  }

  @Test
  void answersThatNobodyTakes_holdNothing() {
    put("a");
    put("b");
    probe.holdReads();
    List<CompletableFuture<Pin>> opening = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      opening.add(dispatcher.execute(new Call.TakePin<>(AsOf.version(1), pin -> pin, Pin::close)));
    }
    RecordingSubscriber<ChangeEvent> watch =
        watch(WatchRequest.of("ns").withAfter(AsOf.version(1)));
    watch.request(1);
    await().until(() -> probe.readsHeld() >= 2);
    opening.forEach(future -> assertTrue(future.cancel(false)));
    watch.cancel();
    probe.release();
    awaitNothingHeld();
  }
}
