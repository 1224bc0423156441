package dev.nacre.store.maintain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.Progress;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.testing.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The changes of a namespace, from where they are all left up to the moment of the export. */
class ExportedHistoryTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final ManualClock clock = new ManualClock(Instant.parse("2026-05-01T00:00:00Z"));
  private final Store store =
      Store.open(
          StoreOptions.inMemory()
              .withClock(clock)
              .withSweeping(new Sweeping(Duration.ZERO, Duration.ofSeconds(1))));
  private final List<Long> told = new ArrayList<>();

  @AfterEach
  void close() {
    store.close();
  }

  private void commit(Write... writes) {
    clock.advance(Duration.ofSeconds(10));
    var _ =
        store
            .commit(
                WriteBatch.of(List.of(writes), CommitAttributes.NONE.withActor("ada")),
                Durability.ASYNC,
                LONG)
            .join();
  }

  private static Write put(String key, String value) {
    return WriteBatch.builder().put("n", key, Value.text(value)).build().writes().getFirst();
  }

  private static Write delete(String key) {
    return WriteBatch.builder().delete("n", key).build().writes().getFirst();
  }

  private static Write keep(Retention retention) {
    return new Write.Configure("n", NamespaceOptions.DEFAULT.withRetention(retention));
  }

  private List<ExportedChange> exported(AsOf asOf, BooleanSupplier stop) throws IOException {
    ExportRequest request =
        ExportRequest.to(new ByteArrayOutputStream())
            .withHistory()
            .withAsOf(asOf)
            .withProgress((Progress progress) -> told.add(progress.done()));
    List<ExportedChange> changes = new ArrayList<>();
    try (ExportedRecords records = new ExportedRecords(store, request, stop)) {
      ExportedHistory history = new ExportedHistory(store, request, stop, records);
      for (Namespace namespace : records.namespaces()) {
        history.forEach(namespace, changes::add);
      }
      assertEquals(changes.size(), history.count());
    }
    return changes;
  }

  private List<String> described(AsOf asOf) throws IOException {
    return exported(asOf, () -> false).stream()
        .map(change -> change.version() + " " + change.operation().text() + " " + change.key())
        .toList();
  }

  @Test
  void changes_comeInTheOrderOfVersionsWithWhatTheyMade() throws Exception {
    commit(put("a", "one"), put("b", "one"));
    commit(WriteBatch.builder().embed("n", "a", Embedding.of(1, 2)).build().writes().getFirst());
    commit(delete("b"));
    List<ExportedChange> changes = exported(AsOf.now(), () -> false);
    assertEquals(List.of("1 put a", "1 put b", "2 put a", "3 delete b"), described(AsOf.now()));
    ExportedChange embedded = changes.get(2);
    assertEquals("ada", embedded.attributes().actor());
    var record = Objects.requireNonNull(embedded.record());
    assertEquals(Value.text("one"), record.value().orElseThrow());
    assertEquals(Embedding.of(1, 2), record.embeddings().get("default"));
    assertEquals(store.commitInfo(2).orElseThrow().committedAt(), embedded.committedAt());
    assertNull(changes.getLast().record());
    assertEquals("n", changes.getLast().namespace());
    assertEquals(4, told.getFirst());
  }

  @Test
  void moment_isTheEndOfThem() throws Exception {
    commit(put("a", "one"));
    commit(put("a", "two"));
    assertEquals(List.of("1 put a"), described(AsOf.version(1)));
  }

  @Test
  void moreThanAPage_isWhole() throws Exception {
    WriteBatch.Builder many = WriteBatch.builder();
    for (int i = 0; i < 1_100; i++) {
      var _ = many.put("n", "k%04d".formatted(i), Value.text("v"));
    }
    var _ = store.commit(many.build(), Durability.ASYNC, LONG).join();
    List<String> changes = described(AsOf.now());
    assertEquals(1_100, changes.size());
    assertEquals("1 put k1099", changes.getLast());
    assertEquals(1_100, told.getLast());
  }

  @Test
  void namespaceOfTheSameNameThatEndedInTheCommitThatMadeThisOne_isNotMixedIn() throws Exception {
    commit(put("old", "one"));
    commit(put("old", "two"), new Write.DeleteNamespace("n"), put("new", "three"));
    assertEquals(List.of("2 put new"), described(AsOf.now()));
  }

  @Test
  void purgedRecord_leavesAChangeWithoutAKey() throws Exception {
    commit(put("a", "one"), put("b", "one"));
    var _ = store.purge(PurgeRequest.key("n", "a"), _ -> {});
    List<ExportedChange> changes = exported(AsOf.now(), () -> false);
    assertEquals(List.of("1 purged null", "1 put b", "2 purged null"), described(AsOf.now()));
    assertNull(changes.getFirst().record());
  }

  @Test
  void droppedHistory_isLeftOutUpToWhereEverythingIsThere() throws Exception {
    commit(keep(Retention.duration(Duration.ofSeconds(25))));
    for (int i = 0; i < 6; i++) {
      commit(put("a", "v" + i));
    }
    var _ = store.sweep(() -> false);
    List<String> changes = described(AsOf.now());
    long oldest = Long.parseLong(changes.getFirst().split(" ", -1)[0]);
    assertEquals(7 - oldest + 1, changes.size(), changes::toString);
    // What that version looked like is known; and that there is no earlier change to be told.
    assertEquals(
        oldest,
        store
            .scan(ScanRequest.of("n").withAsOf(AsOf.version(oldest)))
            .items()
            .getFirst()
            .version());
    HistoryDroppedException refused =
        assertThrows(
            HistoryDroppedException.class,
            () -> store.readFeed(WatchRequest.of("n"), FeedPosition.after(oldest - 2), 7));
    assertEquals(Long.toString(oldest), refused.details().get("oldest"));
  }

  @Test
  void momentBeforeWhatIsLeft_isRefusedAndSaysWhatIsLeft() throws Exception {
    commit(keep(Retention.lastVersions(1)));
    for (int i = 0; i < 5; i++) {
      commit(put("a", "v" + i));
    }
    clock.advance(Duration.ofHours(1));
    var _ = store.sweep(() -> false);
    HistoryDroppedException refused =
        assertThrows(HistoryDroppedException.class, () -> described(AsOf.version(2)));
    assertEquals("n", refused.details().get("namespace"));
    assertEquals("6", refused.details().get("oldest"));
  }

  @Test
  void stopped_isCancelled() {
    commit(put("a", "one"));
    assertThrows(CancellationException.class, () -> exported(AsOf.now(), () -> true));
  }
}
