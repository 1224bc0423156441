package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.Durability;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commits say of themselves is read back, by version and with history. */
class CommitInfoTest {
  private static final CommitAttributes ATTRIBUTES =
      new CommitAttributes("ada", "import", "key-1", Map.of("ticket", "42"));

  @TempDir Path directory;

  private static Commit commit(Store store, CommitAttributes attributes, Write... writes) {
    return store
        .commit(WriteBatch.of(List.of(writes), attributes), Durability.SYNC, Duration.ofSeconds(30))
        .join();
  }

  private static Write put(String namespace, String key) {
    return WriteBatch.builder().put(namespace, key, Value.json("1")).build().writes().getFirst();
  }

  @Test
  void commitInfo_saysWhatWasCommitted_alsoAfterReopening() {
    Commit first;
    try (Store store = Store.open(directory)) {
      first = commit(store, ATTRIBUTES, put("right", "a"), put("left", "b"), put("left", "c"));
      var _ = commit(store, CommitAttributes.NONE, new Write.DeleteNamespace("left"));
      check(store, first);
    }
    try (Store store = Store.open(directory)) {
      check(store, first);
    }
  }

  private static void check(Store store, Commit first) {
    assertEquals(
        new CommitInfo(1, first.committedAt(), ATTRIBUTES, List.of("left", "right")),
        store.commitInfo(1).orElseThrow());
    CommitInfo second = store.commitInfo(2).orElseThrow();
    assertEquals(List.of("left"), second.namespaces());
    assertEquals(CommitAttributes.NONE, second.attributes());
    assertTrue(store.commitInfo(0).isEmpty());
    assertTrue(store.commitInfo(3).isEmpty());
    assertThrows(ValidationException.class, () -> store.commitInfo(-1));
  }

  @Test
  void history_saysWhoWroteEachVersion() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      for (int i = 0; i < 5; i++) {
        var _ =
            commit(
                store,
                i == 2 ? CommitAttributes.NONE : CommitAttributes.NONE.withActor("a" + i),
                i == 3
                    ? WriteBatch.builder().delete("ns", "k").build().writes().getFirst()
                    : put("ns", "k"));
      }
      List<HistoryEntry> entries = new ArrayList<>();
      String cursor = null;
      do {
        Page<HistoryEntry> page =
            store.history(HistoryRequest.of("ns", "k").withLimit(2).withCursor(cursor));
        entries.addAll(page.items());
        cursor = page.cursor();
      } while (cursor != null);
      assertEquals(
          List.of("a4", "a3", "null", "a1", "a0"),
          entries.stream().map(entry -> String.valueOf(entry.attributes().actor())).toList());
    }
  }

  @Test
  void scanAtAHeldReadPoint_staysThere() {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      var _ = commit(store, CommitAttributes.NONE, put("ns", "a"), put("ns", "b"));
      ReadPoint at = store.now();
      var _ = commit(store, CommitAttributes.NONE, put("ns", "c"));
      ScanRequest request = ScanRequest.of("ns").withLimit(1);
      Page<VersionedRecord> first = store.scan(at, request);
      Page<VersionedRecord> second = store.scan(at, request.withCursor(first.cursor()));
      Page<VersionedRecord> third = store.scan(at, request.withCursor(second.cursor()));
      assertEquals("a", first.items().getFirst().key());
      assertEquals("b", second.items().getFirst().key());
      assertTrue(third.items().isEmpty());
      assertEquals(at, first.readPoint());

      ReadPoint later = store.now();
      assertThrows(
          ValidationException.class, () -> store.scan(later, request.withCursor(first.cursor())));
      assertThrows(
          ValidationException.class, () -> store.scan(at, request.withAsOf(AsOf.version(1))));
    }
  }
}
