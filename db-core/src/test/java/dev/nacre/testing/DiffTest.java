package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.diff.ChangeKind;
import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.diff.EmbeddingChange;
import dev.nacre.diff.FieldChange;
import dev.nacre.diff.RecordDiff;
import dev.nacre.diff.ValueChange;
import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.ScanRequest;
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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What differs between two moments, and what finding it costs. */
class DiffTest {
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final Store store = Store.open(StoreOptions.inMemory().withClock(clock));

  @AfterEach
  void close() {
    store.close();
  }

  @CanIgnoreReturnValue
  private long commit(WriteBatch batch) throws Exception {
    return store
        .commit(batch, Durability.ASYNC, Duration.ofSeconds(30))
        .get(30, TimeUnit.SECONDS)
        .version();
  }

  @CanIgnoreReturnValue
  private long put(String key, String json) throws Exception {
    return commit(WriteBatch.builder().put("ns", key, Value.json(json)).build());
  }

  private List<RecordDiff> all(DiffRequest request) {
    List<RecordDiff> items = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      DiffPage page = store.diff(request.withCursor(cursor));
      items.addAll(page.items());
      cursor = page.cursor();
    } while (cursor != null);
    return items;
  }

  private static DiffRequest between(long from, long to) {
    return DiffRequest.of("ns", AsOf.version(from), AsOf.version(to));
  }

  @Test
  void diff_saysWhatBecameOfEachPart() throws Exception {
    commit(
        WriteBatch.builder()
            .put(
                "ns",
                "a",
                Value.json("{\"x\": [1, 2], \"y\": 1}"),
                Metadata.of("lang", "en", "n", 1),
                Embedding.of(1, 0))
            .put("ns", "b", Value.text("one"))
            .put("ns", "c", Value.text("one"))
            .build());
    commit(
        WriteBatch.builder()
            .put(
                "ns",
                "a",
                Value.json("{\"x\": [1, 3], \"y\": 1}"),
                Metadata.of("lang", "de"),
                Embedding.of(0, 1))
            .put("ns", "b", Value.text("two"))
            .delete("ns", "c")
            .put("ns", "d", Value.text("four"))
            .build());
    List<RecordDiff> diffs = all(between(1, 2));
    assertEquals(List.of("a", "b", "c", "d"), diffs.stream().map(RecordDiff::key).toList());
    assertEquals(
        List.of(ChangeKind.CHANGED, ChangeKind.CHANGED, ChangeKind.REMOVED, ChangeKind.ADDED),
        diffs.stream().map(RecordDiff::kind).toList());
    RecordDiff first = diffs.getFirst();
    assertEquals(
        "[{\"op\":\"replace\",\"path\":\"/x/1\",\"value\":3}]",
        first.value().map(change -> ((ValueChange.Patched) change).patch().toString()).orElse(""));
    assertEquals(
        List.of(new FieldChange("lang", "en", "de"), new FieldChange("n", 1L, null)),
        first.metadata());
    assertEquals("default", first.embeddings().getFirst().space());
    assertEquals(1, first.before().orElseThrow().version());
    assertEquals(2, first.after().orElseThrow().version());
    assertEquals(ValueChange.Replaced.REPLACED, diffs.get(1).value().orElseThrow());

    // Backwards is the opposite.
    assertEquals(
        List.of(ChangeKind.CHANGED, ChangeKind.CHANGED, ChangeKind.ADDED, ChangeKind.REMOVED),
        all(between(2, 1)).stream().map(RecordDiff::kind).toList());
    assertEquals(List.of(), all(between(2, 2)));
  }

  @Test
  void diff_acrossTheEndOfANamespace_comparesWhatIsThere() throws Exception {
    EmbeddingSpace other = new EmbeddingSpace("default", 2, Metric.DOT, null);
    WriteBatch same =
        WriteBatch.builder()
            .put("ns", "a", Value.json("{\"x\": 1}"), Metadata.of("n", 1), Embedding.of(1, 0))
            .build();
    WriteBatch end = WriteBatch.of(new Write.DeleteNamespace("ns"));
    commit(same);
    commit(end);
    commit(same);
    assertEquals(List.of(), all(between(1, 3)));
    // The same vector again is no change.
    commit(WriteBatch.builder().embed("ns", "a", Embedding.of(1, 0)).build());
    assertEquals(List.of(), all(between(3, 4)));
    commit(end);
    commit(
        WriteBatch.builder()
            .put("ns", "a", Value.json("{\"x\": 1}"), Metadata.of("n", 1))
            .embed("ns", "a", Embedding.of(other, 1, 0))
            .put("ns", "b", Value.json("1"))
            .build());
    List<RecordDiff> diffs = all(between(1, 6));
    assertEquals(List.of("a", "b"), diffs.stream().map(RecordDiff::key).toList());
    assertEquals(
        List.of(new EmbeddingChange("default", ChangeKind.CHANGED)), diffs.getFirst().embeddings());
    assertEquals(List.of(), diffs.getFirst().metadata());
    assertEquals(Optional.empty(), diffs.getFirst().value());
    commit(end);
    commit(WriteBatch.builder().put("ns", "a", Value.json("{\"x\": 1}")).build());
    RecordDiff without = all(between(1, 8)).getFirst();
    assertEquals(List.of(new EmbeddingChange("default", ChangeKind.REMOVED)), without.embeddings());
    assertEquals(List.of(new FieldChange("n", 1L, null)), without.metadata());
    assertEquals(
        List.of(new EmbeddingChange("default", ChangeKind.ADDED)),
        all(between(8, 1)).getFirst().embeddings());
    assertEquals(ChangeKind.REMOVED, all(between(1, 7)).getFirst().kind());
    assertEquals(ChangeKind.ADDED, all(between(7, 1)).getFirst().kind());
  }

  @Test
  void diff_ofWhatIsTheSameAgain_isEmpty() throws Exception {
    put("a", "{\"x\": 1, \"y\": 2}");
    put("a", "3");
    put("a", "{\"y\":2,\"x\":1}");
    assertEquals(List.of(), all(between(1, 3)));
    assertEquals(1, all(between(1, 2)).size());
  }

  @Test
  void diff_ofARecordThatExpiredBetween_saysRemoved() throws Exception {
    commit(
        WriteBatch.of(
            new Write.Upsert(
                "ns",
                "a",
                Value.json("1"),
                null,
                List.of(),
                new Write.Expiry.After(Duration.ofSeconds(10)),
                WriteCondition.none())));
    put("b", "1");
    Instant before = clock.instant();
    clock.advance(Duration.ofMinutes(1));
    DiffRequest request = DiffRequest.of("ns", AsOf.instant(before.plusSeconds(1)), AsOf.now());
    assertEquals(ChangeKind.REMOVED, all(request).getFirst().kind());

    // Also when it was written since, and the expiry queue knows it no more.
    Instant expired = clock.instant();
    clock.advance(Duration.ofSeconds(1));
    put("c", "1");
    put("a", "2");
    DiffRequest past =
        DiffRequest.of("ns", AsOf.instant(before.plusSeconds(1)), AsOf.instant(expired));
    assertEquals(List.of("a"), all(past).stream().map(RecordDiff::key).toList());
  }

  @Test
  void diff_acrossANamespaceOfTheSameName_comparesWhatWasThere() throws Exception {
    put("a", "1");
    put("b", "1");
    commit(WriteBatch.of(new Write.DeleteNamespace("ns")));
    put("b", "1");
    put("c", "1");
    assertEquals(
        List.of("a REMOVED", "c ADDED"),
        all(between(2, 5)).stream().map(diff -> diff.key() + " " + diff.kind()).toList());
    assertEquals(2, all(between(2, 3)).size());
  }

  @Test
  void diff_ofAWordOfCaution_isRefused() {
    assertThrows(ValidationException.class, () -> between(0, 1).withLimit(0));
    assertThrows(ValidationException.class, () -> between(0, 1).withKey("a").withPrefix("b"));
    assertThrows(ValidationException.class, () -> store.diff(between(0, 1)));
    assertThrows(ValidationException.class, () -> store.diff(between(0, 0).withCursor("x")));
  }

  @Test
  void diff_withTheCursorOfAScan_isRefused() throws Exception {
    put("a", "1");
    put("b", "1");
    String cursor = store.scan(ScanRequest.of("ns").withLimit(1)).cursor();
    assertThrows(ValidationException.class, () -> store.diff(between(0, 2).withCursor(cursor)));
  }

  /** A few changes among many records, and many changes of a few: both ways give the same. */
  @Test
  void diff_costsTheChanges_orTheRange() throws Exception {
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < 50_000; i++) {
      batch.put("ns", "k%05d".formatted(i), Value.json("0"));
    }
    long loaded = commit(batch.build());
    for (int i = 0; i < 20; i++) {
      put("k%05d".formatted(i * 1_000), "" + (i + 1));
    }
    long begun = System.nanoTime();
    List<RecordDiff> few = all(between(loaded, loaded + 20));
    long took = System.nanoTime() - begun;
    assertEquals(20, few.size());
    begun = System.nanoTime();
    assertEquals(50_000, all(between(0, loaded).withLimit(10_000)).size());
    long whole = System.nanoTime() - begun;
    assertTrue(took * 5 < whole, () -> "20 changes took " + took + " ns, everything " + whole);
  }
}
