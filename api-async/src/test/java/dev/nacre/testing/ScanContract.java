package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Ranges of keys: as a stream and page by page. */
public interface ScanContract extends DatabaseSource {

  @Test
  default void scan_deliversEveryRecordInOrderAtOneReadPoint() {
    try (Database db = open()) {
      WriteBatch.Builder batch = WriteBatch.builder();
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        keys.add("k%03d".formatted(i));
        batch.put("notes", keys.getLast(), Value.text("v" + i));
      }
      await(db.batch(batch.build()));
      RecordingSubscriber<VersionedRecord> subscriber = new RecordingSubscriber<>();
      db.scan(ScanRequest.of("notes").withLimit(7)).subscribe(subscriber);
      subscriber.request(10);
      subscriber.awaitItems(10);
      // Written after the scan fixed its read point: not in it.
      await(db.put("notes", "k999", Value.text("late")));
      await(db.delete("notes", "k050"));
      subscriber.request(Long.MAX_VALUE);
      subscriber.awaitEnd();

      assertEquals(keys, subscriber.items().stream().map(VersionedRecord::key).toList());
      assertEquals(
          Set.of(1L),
          Set.copyOf(
              subscriber.items().stream().map(record -> record.readPoint().version()).toList()));
      assertTrue(subscriber.failure().isEmpty());
    }
  }

  @Test
  default void scanPage_continuesAtItsCursor() {
    try (Database db = open()) {
      for (String key : List.of("a1", "a2", "a3", "b1")) {
        await(db.put("notes", key, Value.text(key)));
      }
      ScanRequest request = ScanRequest.of("notes").withPrefix("a").withLimit(2);
      Page<VersionedRecord> first = await(db.scanPage(request));
      Page<VersionedRecord> second =
          await(db.scanPage(request.withCursor(first.next().orElseThrow())));

      assertEquals(List.of("a1", "a2"), keys(first));
      assertEquals(List.of("a3"), keys(second));
      assertTrue(second.next().isEmpty());
      failure(ValidationException.class, db.scanPage(request.withCursor("nonsense")));
    }
  }

  private static List<String> keys(Page<VersionedRecord> page) {
    return page.items().stream().map(VersionedRecord::key).toList();
  }
}
