package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.nacre.diff.ChangeKind;
import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.diff.RecordDiff;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A diff reads the log when that is shorter than the records, and the records otherwise: the answer
 * is the same, and so it is over more keys than are kept at a time.
 */
class DiffWaysTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final Store store = Store.open(StoreOptions.inMemory().withClock(clock));

  @AfterEach
  void close() {
    store.close();
  }

  private static String key(int i) {
    return "k%05d".formatted(i);
  }

  private long put(String namespace, int from, int to, String value) {
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = from; i < to; i++) {
      var _ = batch.put(namespace, key(i), Value.text(value));
    }
    return store.commit(batch.build(), Durability.ASYNC, LONG).join().version();
  }

  private List<String> changed(DiffRequest request) {
    List<String> keys = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      DiffPage page = store.diff(request.withCursor(cursor));
      page.items().stream().map(RecordDiff::key).forEach(keys::add);
      cursor = page.cursor();
    } while (cursor != null);
    return keys;
  }

  private static DiffRequest between(long from, long to) {
    return DiffRequest.of("ns", AsOf.version(from), AsOf.version(to)).withLimit(1_000);
  }

  private static List<String> keys(int from, int to) {
    return IntStream.range(from, to).mapToObj(DiffWaysTest::key).toList();
  }

  @Test
  void fewRecordsOfManyChanges_areScanned() {
    long first = put("ns", 0, 10, "v");
    for (int i = 0; i < 100; i++) {
      long _ = put("ns", 3, 5, "w" + i);
    }
    // Behind them in the order of keys: not of the namespace.
    long last = put("other", 0, 200, "v");
    assertEquals(keys(3, 5), changed(between(first, last)));
    assertEquals(keys(3, 5), changed(between(last, first)));
    assertEquals(List.of(), changed(between(last - 1, last)));
  }

  @Test
  void fewChangesOfManyRecords_areFoundInTheLog() {
    long first = put("ns", 0, 2_000, "v");
    long last = put("ns", 100, 300, "w");
    long behind = put("other", 0, 10, "v");
    assertEquals(keys(100, 300), changed(between(first, last)));
    assertEquals(keys(100, 300), changed(between(behind, first)));
    assertEquals(keys(200, 300), changed(between(first, last).withPrefix("k002")));
  }

  @Test
  void moreChangesThanAreKeptAtATime_areAllThereOnceAndInOrder() {
    long first = put("ns", 0, 12_000, "v");
    // Backwards, so that what is kept at first is not what belongs there.
    long last = first;
    for (int to = 10_000; to > 0; to -= 500) {
      last = put("ns", to - 500, to, "w");
    }
    assertEquals(keys(0, 10_000), changed(between(first, last)));
  }

  @Test
  void recordThatHasExpiredInBetween_isFoundInTheQueueOfExpiries() {
    long _ = put("ns", 0, 1_000, "v");
    var _ =
        store
            .commit(
                WriteBatch.of(
                    new Write.Upsert(
                        "ns",
                        key(7),
                        Value.text("passing"),
                        null,
                        List.of(),
                        new Write.Expiry.After(Duration.ofSeconds(10)),
                        WriteCondition.none())),
                Durability.ASYNC,
                LONG)
            .join();
    ReadPoint before = store.now();
    clock.advance(Duration.ofSeconds(9));
    ReadPoint still = store.now();
    clock.advance(Duration.ofSeconds(2));
    ReadPoint expired = store.now();
    assertEquals(
        List.of(), changed(DiffRequest.of("ns", AsOf.at(before), AsOf.at(still)).withLimit(10)));
    DiffPage page = store.diff(DiffRequest.of("ns", AsOf.at(before), AsOf.at(expired)));
    assertEquals(List.of(key(7)), page.items().stream().map(RecordDiff::key).toList());
    assertEquals(ChangeKind.REMOVED, page.items().getFirst().kind());
    DiffPage back = store.diff(DiffRequest.of("ns", AsOf.at(expired), AsOf.at(before)));
    assertEquals(ChangeKind.ADDED, back.items().getFirst().kind());
  }

  @Test
  void purgedRecord_isInNoDiff() {
    long first = put("ns", 0, 1_000, "v");
    long _ = put("ns", 0, 3, "w");
    var _ = store.purge(PurgeRequest.key("ns", key(1)), _ -> {});
    long last = store.now().version();
    assertEquals(List.of(key(0), key(2)), changed(between(first, last)));
  }

  @Test
  void namespaceThatIsThereAtOneMomentOnly_isAddedOrRemovedWhole() {
    long none = put("other", 0, 1, "v");
    long there = put("ns", 0, 3, "v");
    assertEquals(keys(0, 3), changed(between(none, there)));
    assertEquals(keys(0, 3), changed(between(there, none)));
    assertEquals(List.of(), changed(between(none, none)));
    RecordDiff diff = store.diff(between(none, there).withKey(key(1))).items().getFirst();
    assertEquals(ChangeKind.ADDED, diff.kind());
  }

  @Test
  void diffOfAKey_takesNoCursorOfAnother() {
    long first = put("ns", 0, 3, "v");
    long last = put("ns", 0, 3, "w");
    String cursor = store.diff(between(first, last).withLimit(1)).cursor();
    assertThrows(
        ValidationException.class,
        () -> store.diff(between(first, last).withKey(key(1)).withCursor(cursor)));
  }
}
