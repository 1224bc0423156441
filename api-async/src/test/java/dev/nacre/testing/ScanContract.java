package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.Snapshot;
import dev.nacre.error.ValidationException;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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

  @Test
  default void scan_filtered_deliversWhatMatchesOnDemand() {
    try (Database db = open()) {
      WriteBatch.Builder batch = WriteBatch.builder();
      List<String> even = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        String key = "k%03d".formatted(i);
        batch.put("notes", key, Value.text("v"), Metadata.of("even", i % 2 == 0));
        if (i % 2 == 0) {
          even.add(key);
        }
      }
      await(db.batch(batch.build()));
      ScanRequest request =
          ScanRequest.of("notes").withFilter(Filter.eq("even", true)).withLimit(7);
      RecordingSubscriber<VersionedRecord> subscriber = new RecordingSubscriber<>();
      db.scan(request).subscribe(subscriber);
      subscriber.request(10);
      subscriber.awaitItems(10);
      await(
          db.batch(
              WriteBatch.builder()
                  .put("notes", "k002a", Value.text("late"), Metadata.of("even", true))
                  .put("notes", "k058", Value.text("changed"), Metadata.of("even", false))
                  .build()));
      subscriber.request(Long.MAX_VALUE);
      subscriber.awaitEnd();
      assertEquals(even, subscriber.items().stream().map(VersionedRecord::key).toList());
      assertTrue(subscriber.failure().isEmpty());

      assertEquals(even, allKeys(db, request.withAsOf(AsOf.version(1))));
      assertTrue(allKeys(db, request).contains("k002a"));
      assertFalse(allKeys(db, request).contains("k058"));
      assertEquals(List.of(), allKeys(db, request.withFilter(Filter.exists("odd"))));
    }
  }

  private static List<String> allKeys(Database db, ScanRequest request) {
    List<String> keys = new ArrayList<>();
    String cursor = null;
    do {
      Page<VersionedRecord> page = await(db.scanPage(request.withCursor(cursor)));
      keys.addAll(keys(page));
      cursor = page.cursor();
    } while (cursor != null);
    return keys;
  }

  @Test
  default void scan_filteredByDeclaredFields_alsoInASnapshotAndInATransaction() {
    try (Database db = open()) {
      await(
          db.configure(
              "hats",
              NamespaceOptions.DEFAULT.withFields(List.of(new DeclaredField("price", "$.price")))));
      for (int price = 1; price <= 6; price++) {
        await(db.put("hats", "h" + price, Value.json("{\"price\": " + price + "}")));
      }
      ScanRequest cheap = ScanRequest.of("hats").withFilter(Filter.le("price", 3)).withLimit(2);
      try (Snapshot snapshot = await(db.snapshot())) {
        await(db.put("hats", "h1", Value.json("{\"price\": 10}")));
        assertEquals(List.of("h2", "h3"), allKeys(db, cheap));
        assertEquals(List.of("h1", "h2", "h3"), keys(await(snapshot.scanPage(cheap.withLimit(9)))));
      }
      var _ =
          await(
              db.transaction(
                  transaction -> {
                    // What matches only now, and what does not any more.
                    transaction.put("hats", "h6", Value.json("{\"price\": 1}"));
                    transaction.put("hats", "h2", Value.json("{\"price\": 7}"));
                    transaction.put("caps", "c", Value.json("{\"price\": 1}"));
                    List<String> found = new ArrayList<>();
                    String cursor = null;
                    do {
                      Page<VersionedRecord> page =
                          await(transaction.scanPage(cheap.withCursor(cursor)));
                      found.addAll(keys(page));
                      cursor = page.cursor();
                    } while (cursor != null);
                    assertEquals(List.of("h3", "h6"), found);
                    // A namespace that is not there yet declares nothing.
                    Page<VersionedRecord> caps =
                        await(
                            transaction.scanPage(
                                ScanRequest.of("caps").withFilter(Filter.exists("price"))));
                    assertEquals(List.of(), caps.items());
                    return CompletableFuture.completedFuture("done");
                  }));
    }
  }

  private static List<String> keys(Page<VersionedRecord> page) {
    return page.items().stream().map(VersionedRecord::key).toList();
  }
}
