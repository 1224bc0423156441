package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.Durability;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Scans of the records that match a filter: by metadata and declared fields, now and as of. */
class FilteredScanTest {
  private final Store store = Store.open(StoreOptions.inMemory());

  @AfterEach
  void close() {
    store.close();
  }

  @CanIgnoreReturnValue
  private long commit(WriteBatch batch) {
    return store.commit(batch, Durability.ASYNC, Duration.ofSeconds(30)).join().version();
  }

  private List<String> keys(ScanRequest request) {
    List<String> keys = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      Page<VersionedRecord> page = store.scan(request.withCursor(cursor));
      page.items().forEach(record -> keys.add(record.key()));
      cursor = page.cursor();
    } while (cursor != null);
    return keys;
  }

  @Test
  void scan_filtered_onlyWhatMatchesInRangeAndOrder() {
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < 30; i++) {
      batch.put("ns", "k%02d".formatted(i), Value.text("v"), Metadata.of("i", i));
    }
    long before = commit(batch.build());
    commit(
        WriteBatch.builder()
            .put("ns", "k04", Value.text("v"), Metadata.of("i", 100))
            .put("ns", "k20", Value.text("v"), Metadata.of("i", 1))
            .delete("ns", "k01")
            .build());
    ScanRequest request = ScanRequest.of("ns").withFilter(Filter.lt("i", 5));

    assertEquals(List.of("k00", "k02", "k03", "k20"), keys(request));
    assertEquals(List.of("k00", "k02", "k03", "k20"), keys(request.withLimit(1)));
    assertEquals(List.of("k02", "k03"), keys(request.withRange("k02", "k20")));
    assertEquals(
        List.of("k00", "k01", "k02", "k03", "k04"),
        keys(request.withAsOf(AsOf.version(before)).withLimit(2)));
    assertEquals(List.of(), keys(request.withFilter(Filter.eq("i", -1))));
    assertEquals(List.of(), keys(ScanRequest.of("nowhere").withFilter(Filter.exists("i"))));
    ReadPoint at = store.now();
    assertEquals(
        List.of("k20"),
        store.scan(at, request.withPrefix("k2")).items().stream()
            .map(VersionedRecord::key)
            .toList());
  }

  @Test
  void scan_declaredFields_asDeclaredAtTheMoment() {
    commit(
        WriteBatch.builder()
            .put("ns", "a", Value.json("{\"price\": 3}"), Metadata.of("price", 9))
            .put("ns", "b", Value.json("{\"price\": 9}"), Metadata.of("price", 3))
            .put("ns", "c", Value.text("none"), Metadata.of("price", 3))
            .build());
    long before = store.now().version();
    commit(
        WriteBatch.of(
            new Write.Configure(
                "ns",
                NamespaceOptions.DEFAULT.withFields(
                    List.of(new DeclaredField("price", "$.price"))))));
    ScanRequest cheap = ScanRequest.of("ns").withFilter(Filter.lt("price", 5));

    assertEquals(List.of("a"), keys(cheap));
    assertEquals(List.of("b", "c"), keys(cheap.withAsOf(AsOf.version(before))));
  }

  @Test
  void scan_thatFindsNothingForLong_endsItsPagesAndGoesOn() {
    Value large = Value.bytes(new byte[1 << 20], "a/b");
    for (int i = 0; i < 70; i++) {
      commit(
          WriteBatch.builder().put("ns", "k%02d".formatted(i), large, Metadata.of("i", i)).build());
    }
    ScanRequest request = ScanRequest.of("ns").withFilter(Filter.eq("i", 69));
    Page<VersionedRecord> first = store.scan(request);
    assertTrue(first.items().isEmpty());
    Page<VersionedRecord> second = store.scan(request.withCursor(first.next().orElseThrow()));
    assertEquals("k69", second.items().getFirst().key());
    assertEquals(first.readPoint(), second.readPoint());
    assertTrue(second.next().isEmpty());
  }

  @Test
  void scan_manySmallRecordsThatDoNotMatch_endsItsPages() {
    int count = 50_010;
    WriteBatch.Builder batch = WriteBatch.builder();
    for (int i = 0; i < count; i++) {
      batch.put("ns", "k%06d".formatted(i), Value.text(""), Metadata.of("i", i));
    }
    commit(batch.build());
    ScanRequest request = ScanRequest.of("ns").withFilter(Filter.eq("i", count - 1));
    Page<VersionedRecord> first = store.scan(request);
    assertTrue(first.items().isEmpty());
    assertTrue(first.next().isPresent());
    assertEquals(List.of("k%06d".formatted(count - 1)), keys(request));
  }
}
