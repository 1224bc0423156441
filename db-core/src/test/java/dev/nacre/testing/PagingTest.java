package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Pages end where they should, go on at their own moment, and cursors that no page returned are
 * refused.
 */
class PagingTest {
  private final Store store = Store.open(StoreOptions.inMemory());

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void scan_continued_staysAtItsVersion() {
    IntStream.range(0, 10).forEach(i -> put("k" + i, "1"));
    Page<VersionedRecord> first = store.scan(ScanRequest.of("ns").withLimit(4));
    assertEquals(10, first.readPoint().version());

    put("k5", "2");
    put("k4a", "2");
    commit(WriteBatch.builder().delete("ns", "k6").build());
    commit(WriteBatch.of(new Write.DeleteNamespace("ns")));
    put("k7", "another namespace of that name");

    List<String> keys = new ArrayList<>(keys(first));
    Page<VersionedRecord> page = first;
    while (page.cursor() != null) {
      page = store.scan(ScanRequest.of("ns").withLimit(4).withCursor(page.cursor()));
      assertEquals(first.readPoint(), page.readPoint());
      keys.addAll(keys(page));
      page.items().forEach(record -> assertEquals("\"1\"", text(record)));
    }
    assertEquals(IntStream.range(0, 10).mapToObj(i -> "k" + i).toList(), keys);
  }

  @Test
  void scan_ofLargeValues_endsItsPagesEarly() {
    Value megabyte = Value.bytes(new byte[1 << 20], "a/b");
    for (int i = 0; i < 20; i++) {
      commit(WriteBatch.builder().put("ns", "k%02d".formatted(i), megabyte).build());
    }
    Page<VersionedRecord> page = store.scan(ScanRequest.of("ns"));
    assertTrue(page.items().size() < 12, () -> page.items().size() + " MiB in one page");
    assertNotNull(page.cursor());
    int found = page.items().size();
    for (String cursor = page.cursor(); cursor != null; ) {
      Page<VersionedRecord> next = store.scan(ScanRequest.of("ns").withCursor(cursor));
      found += next.items().size();
      cursor = next.cursor();
    }
    assertEquals(20, found);
  }

  @Test
  void scan_ofNothing_isEmptyAndEnds() {
    put("k", "1");
    for (ScanRequest request :
        List.of(
            ScanRequest.of("absent"),
            ScanRequest.of("ns").withPrefix("l"),
            ScanRequest.of("ns").withRange("l", null),
            ScanRequest.of("ns").withRange(null, "k"),
            ScanRequest.of("ns").withRange("z", "a"),
            ScanRequest.of("ns").withRange("k", "k"),
            ScanRequest.of("ns").withAsOf(AsOf.version(0)),
            ScanRequest.of("ns").withAsOf(AsOf.instant(Instant.parse("1999-01-01T00:00:00Z"))))) {
      Page<VersionedRecord> page = store.scan(request);
      assertEquals(List.of(), page.items(), request::toString);
      assertNull(page.cursor(), request::toString);
    }
  }

  @Test
  void history_continued_staysAtItsVersion() {
    IntStream.range(0, 10).forEach(i -> put("k", "" + i));
    Page<HistoryEntry> first = store.history(HistoryRequest.of("ns", "k").withLimit(3));
    put("k", "later");
    List<Long> versions = new ArrayList<>();
    Page<HistoryEntry> page = first;
    while (true) {
      page.items().forEach(entry -> versions.add(entry.version()));
      if (page.cursor() == null) {
        break;
      }
      page = store.history(HistoryRequest.of("ns", "k").withLimit(3).withCursor(page.cursor()));
    }
    assertEquals(IntStream.rangeClosed(1, 10).mapToObj(i -> 11L - i).toList(), versions);
  }

  @Test
  void moment_thatIsNotThereYet_isRefused() {
    put("k", "1");
    ValidationException refusal =
        assertThrows(ValidationException.class, () -> store.resolve(AsOf.version(2)));
    assertEquals("2", refusal.details().get("version"));
    assertEquals("1", refusal.details().get("newest"));
    assertThrows(
        ValidationException.class,
        () -> store.scan(ScanRequest.of("ns").withAsOf(AsOf.version(2))));
    assertThrows(ValidationException.class, () -> store.resolve(AsOf.instant(Instant.MAX)));
    assertThrows(ValidationException.class, () -> store.resolve(AsOf.instant(Instant.MIN)));
    ReadPoint future = store.resolve(AsOf.instant(Instant.now().plus(Duration.ofDays(1_000))));
    assertEquals(1, future.version());
    assertTrue(future.instant().isBefore(Instant.now().plus(Duration.ofDays(1))), "now, at most");
  }

  @Test
  void cursor_thatNoPageReturned_isRefused() {
    IntStream.range(0, 5).forEach(i -> put("k" + i, "1"));
    IntStream.range(0, 5).forEach(i -> put("k", "1"));
    String scan = store.scan(ScanRequest.of("ns").withLimit(2)).cursor();
    String history = store.history(HistoryRequest.of("ns", "k").withLimit(2)).cursor();
    assertNotNull(scan);
    assertNotNull(history);
    List<String> bad = new ArrayList<>(List.of("", "x", "!!", "AAAA", "not a cursor"));
    byte[] ofHistory = Base64.getUrlDecoder().decode(history);
    for (int length = 0; length < ofHistory.length; length++) {
      bad.add(encoded(Arrays.copyOf(ofHistory, length)));
    }
    // The position of a scan is a key of any length: only what is before it is needed.
    byte[] ofScan = Base64.getUrlDecoder().decode(scan);
    for (int length = 0; length < ofHistory.length - 8; length++) {
      bad.add(encoded(Arrays.copyOf(ofScan, length)));
    }
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      byte[] noise = new byte[random.nextInt(80)];
      random.nextBytes(noise);
      bad.add(encoded(noise));
    }
    for (String cursor : bad) {
      assertThrows(
          ValidationException.class,
          () -> store.scan(ScanRequest.of("ns").withCursor(cursor)),
          () -> "scan accepts " + cursor);
      assertThrows(
          ValidationException.class,
          () -> store.history(HistoryRequest.of("ns", "k").withCursor(cursor)),
          () -> "history accepts " + cursor);
    }
    assertThrows(
        ValidationException.class, () -> store.scan(ScanRequest.of("ns").withCursor(history)));
    assertThrows(
        ValidationException.class,
        () -> store.history(HistoryRequest.of("ns", "k").withCursor(scan)));
  }

  @Test
  void cursor_ofAVersionThatIsNotThere_isRefused() {
    IntStream.range(0, 5).forEach(i -> put("k" + i, "1"));
    String cursor = store.scan(ScanRequest.of("ns").withLimit(2)).cursor();
    assertNotNull(cursor);
    for (long version : List.of(6L, Long.MAX_VALUE, -1L, Long.MIN_VALUE)) {
      byte[] bytes = Base64.getUrlDecoder().decode(cursor);
      for (int i = 0; i < 8; i++) {
        bytes[1 + i] = (byte) (version >>> (56 - 8 * i));
      }
      assertThrows(
          ValidationException.class,
          () -> store.scan(ScanRequest.of("ns").withCursor(encoded(bytes))));
    }
  }

  @Test
  void cursor_ofAnotherLineage_isRefused() {
    IntStream.range(0, 5).forEach(i -> put("k" + i, "1"));
    String cursor = store.scan(ScanRequest.of("ns").withLimit(2)).cursor();
    try (Store other = Store.open(StoreOptions.inMemory())) {
      ValidationException refusal =
          assertThrows(
              ValidationException.class, () -> other.scan(ScanRequest.of("ns").withCursor(cursor)));
      assertTrue(String.valueOf(refusal.getMessage()).contains("begin again"));
    }
    assertFalse(store.scan(ScanRequest.of("ns").withCursor(cursor)).items().isEmpty());
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static List<String> keys(Page<VersionedRecord> page) {
    return page.items().stream().map(VersionedRecord::key).toList();
  }

  private static String text(VersionedRecord record) {
    return new String(record.value().orElseThrow().toByteArray(), StandardCharsets.UTF_8);
  }

  private void put(String key, String text) {
    commit(WriteBatch.builder().put("ns", key, Value.json("\"" + text + "\"")).build());
  }

  private void commit(WriteBatch batch) {
    var _ = store.commit(batch, Durability.ASYNC, Duration.ofSeconds(30)).join();
  }
}
