package dev.nacre.vector;

import static dev.nacre.vector.SearchFixture.COSINE;
import static dev.nacre.vector.SearchFixture.DIMENSION;
import static dev.nacre.vector.SearchFixture.NS;
import static dev.nacre.vector.SearchFixture.keys;
import static dev.nacre.vector.SearchFixture.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.error.ValidationException;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches that are continued by a cursor, case by case. */
class SearchPagesTest {
  private final Random random = new Random(8);
  private final float[] query = vector(random, DIMENSION);

  private static SearchResult after(SearchFixture db, SearchRequest request, SearchResult page) {
    return db.engine().similar(request.withCursor(page.next().orElseThrow()));
  }

  private SearchRequest request(int k) {
    return SearchRequest.byVector(NS, query).withK(k);
  }

  @Test
  void similar_continued_everyRecordOnceWhateverIsWritten() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      db.putMany("k", 25, 1);
      SearchResult whole = db.engine().similar(request(25));
      assertTrue(whole.next().isEmpty());

      SearchResult first = db.engine().similar(request(10));
      db.delete(first.hits().get(3).key());
      db.put("nearest", query);
      db.put(whole.hits().get(12).key(), query);
      SearchResult second = after(db, request(10), first);
      SearchResult third = after(db, request(10), second);

      List<String> all = new ArrayList<>();
      for (SearchResult page : List.of(first, second, third)) {
        all.addAll(keys(page));
        assertTrue(page.exact());
        assertEquals(first.readPoint(), page.readPoint());
      }
      assertEquals(keys(whole), all);
      assertTrue(third.next().isEmpty());
      assertTrue(keys(db.engine().similar(request(2))).contains("nearest"));
    }
  }

  @Test
  void cursor_ofAMachineThatAddsScoresUpOtherwise_isRefused() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      db.putMany("k", 2, 1);
      SearchResult page = db.engine().similar(request(1));
      SearchCursor foreign =
          new SearchCursor(
              SearchCursor.of(request(1), "simd of 64 bits"),
              page.readPoint(),
              1,
              page.hits().getFirst().score(),
              page.hits().getFirst().key());

      ValidationException refused =
          assertThrows(
              ValidationException.class,
              () -> db.engine().similar(request(1).withCursor(foreign.encode())));
      assertTrue(String.valueOf(refused.getMessage()).contains("order"), refused::getMessage);
    }
  }

  @Test
  void cursor_forgedWithATimeThatIsNone_isRefused() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      db.putMany("k", 2, 1);
      String whole = db.engine().similar(request(1)).next().orElseThrow();
      byte[] bytes = Base64.getUrlDecoder().decode(whole);
      ByteBuffer forged = ByteBuffer.wrap(bytes);
      forged.putLong(21, Long.MAX_VALUE).putInt(29, 2_000_000_000);
      CRC32C checksum = new CRC32C();
      checksum.update(bytes, 4, bytes.length - 4);
      forged.putInt(0, (int) checksum.getValue());
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);

      assertThrows(
          ValidationException.class, () -> db.engine().similar(request(1).withCursor(text)));
    }
  }

  @Test
  void similar_equalScores_continuedInTheOrderOfBytes() {
    List<String> ordered = List.of("A", "a", "aa", "é", "\uFFFD", "\uD83D\uDE00");
    try (SearchFixture db = SearchFixture.inMemory()) {
      ordered.reversed().forEach(key -> db.put(key, query));
      List<String> found = new ArrayList<>();
      SearchResult page = db.engine().similar(request(1));
      found.addAll(keys(page));
      while (page.next().isPresent()) {
        page = after(db, request(1), page);
        found.addAll(keys(page));
      }
      assertEquals(ordered, found);
    }
  }

  @Test
  void similar_graphBuiltBetweenPages_noneTwiceAndNothingBeforeTheCursor() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      db.putMany("k", SearchFixture.GRAPH_THRESHOLD - 1, 3);
      SearchResult first = db.engine().similar(request(10));
      assertTrue(first.exact());
      List<String> whole = keys(db.engine().similar(request(100)));
      db.putMany("more", 200, 4);
      db.awaitGraphVectors(SearchFixture.GRAPH_THRESHOLD, query);

      List<String> found = new ArrayList<>(keys(first));
      SearchResult page = first;
      for (int i = 0; i < 4; i++) {
        page = after(db, request(10), page);
        assertEquals(first.readPoint(), page.readPoint());
        found.addAll(keys(page));
      }
      // Of the moment before: nothing of what came since.
      assertEquals(whole.subList(0, 50), found);
    }
  }

  @Test
  void similar_thresholdReached_isTheEnd() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      db.putMany("k", 40, 5);
      SearchResult whole = db.engine().similar(request(40));
      float least = whole.hits().get(9).score();
      SearchRequest request = request(4).withMinScore(least);
      SearchResult first = db.engine().similar(request);
      SearchResult second = after(db, request, first);
      SearchResult third = after(db, request, second);
      assertEquals(4, first.hits().size());
      assertEquals(2, third.hits().size());
      assertEquals(least, third.hits().getLast().score());
      assertTrue(third.next().isEmpty());
      // A page that is full does not know what follows: nothing, here.
      SearchResult full = db.engine().similar(request.withK(10));
      assertEquals(10, full.hits().size());
      assertEquals(List.of(), after(db, request, full).hits());
      assertEquals(List.of(), db.engine().similar(request(4).withMinScore(2)).hits());
    }
  }

  @Test
  void similar_reopened_cursorGoesOn(@TempDir Path directory) {
    try (SearchFixture db = SearchFixture.in(directory)) {
      db.putMany("k", 30, 6);
      SearchRequest request = request(12).withFilter(Filter.eq("even", true));
      List<String> whole = keys(db.engine().similar(request.withK(30)));
      SearchResult first = db.engine().similar(request);
      db.putMany("k", 30, 7);
      db.reopen();
      SearchResult second = after(db, request, first);
      assertEquals(whole.subList(12, 15), keys(second));
      assertEquals(first.readPoint(), second.readPoint());
    }
  }

  @Test
  void similar_recordExpiresBetweenPages_isStillThere() {
    Instant begin = Instant.parse("2026-05-01T00:00:00Z");
    AtomicReference<Instant> time = new AtomicReference<>(begin);
    InstantSource source = time::get;
    StoreOptions options = StoreOptions.inMemory().withClock(source.withZone(ZoneOffset.UTC));
    try (SearchFixture db = SearchFixture.of(options, SearchFixture.OPTIONS)) {
      db.putMany("k", 20, 6);
      db.putExpiring("brief", begin.plusSeconds(60), vector(random, DIMENSION));
      SearchResult whole = db.engine().similar(request(21));
      SearchResult first = db.engine().similar(request(1));
      time.set(begin.plusSeconds(120));

      assertFalse(keys(db.engine().similar(request(21))).contains("brief"));
      assertEquals(keys(whole).subList(1, 21), keys(after(db, request(20), first)));
    }
  }

  @Test
  void similar_versionDropped_saysSo() {
    StoreOptions options =
        StoreOptions.inMemory().withSweeping(new Sweeping(Duration.ZERO, Duration.ofMillis(1)));
    try (SearchFixture db = SearchFixture.of(options, SearchFixture.OPTIONS)) {
      db.putMany("k", 30, 6);
      SearchResult first = db.engine().similar(request(5));
      db.commit(
          WriteBatch.of(
              new Write.Configure(
                  NS, NamespaceOptions.DEFAULT.withRetention(Retention.lastVersions(1)))));
      db.putMany("k", 30, 7);
      Awaitility.await()
          .untilAsserted(
              () -> {
                var _ = db.store().sweep(() -> false);
                assertThrows(HistoryDroppedException.class, () -> after(db, request(5), first));
              });
      assertEquals(5, db.engine().similar(request(5)).hits().size());
    }
  }

  @Test
  void similar_cursorOfAnotherSearch_refused() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      EmbeddingSpace other = new EmbeddingSpace("other", DIMENSION, COSINE.metric(), null);
      for (int i = 0; i < 9; i++) {
        db.put("k" + i, vector(random, DIMENSION));
        db.put("elsewhere", "k" + i, COSINE, Metadata.EMPTY, vector(random, DIMENSION));
        db.put(NS, "k" + i, other, Metadata.EMPTY, vector(random, DIMENSION));
      }
      SearchRequest request = request(3);
      String cursor = db.engine().similar(request).next().orElseThrow();
      float[] nearly = query.clone();
      nearly[4] = Math.nextUp(nearly[4]);
      for (SearchRequest wrong :
          List.of(
              SearchRequest.byVector("elsewhere", query),
              SearchRequest.byVector("nowhere", query),
              request.withVector(nearly),
              request.withSpace("other"),
              request.withFilter(Filter.exists("i")),
              request.withMinScore(-1))) {
        ValidationException refused =
            assertThrows(
                ValidationException.class, () -> db.engine().similar(wrong.withCursor(cursor)));
        assertTrue(
            String.valueOf(refused.getMessage()).contains("another search"), wrong::toString);
        assertEquals(cursor, refused.details().get("cursor"));
      }
      // The size of a page and the moment may differ.
      SearchRequest right = request.withK(5).withAsOf(AsOf.version(1)).withCursor(cursor);
      assertEquals(5, db.engine().similar(right).hits().size());
    }
  }

  @Test
  void similar_garbageCursor_refused() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      db.putMany("k", 9, 2);
      String cursor = db.engine().similar(request(3)).next().orElseThrow();
      for (int length = 0; length < cursor.length(); length++) {
        refused(db, cursor.substring(0, length));
      }
      byte[] bytes = Base64.getUrlDecoder().decode(cursor);
      for (int bit = 0; bit < bytes.length * 8; bit++) {
        byte[] flipped = bytes.clone();
        flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
        refused(db, Base64.getUrlEncoder().encodeToString(flipped));
      }
      refused(db, Base64.getUrlEncoder().encodeToString(Arrays.copyOf(bytes, bytes.length + 1)));
      for (int i = 0; i < 300; i++) {
        byte[] noise = new byte[random.nextInt(120)];
        random.nextBytes(noise);
        refused(db, Base64.getUrlEncoder().encodeToString(noise));
      }
      refused(db, "not base64 \u00e9");
      assertFalse(db.engine().similar(request(3).withCursor(cursor)).hits().isEmpty());
    }
  }

  private void refused(SearchFixture db, String cursor) {
    assertThrows(
        ValidationException.class,
        () -> db.engine().similar(request(3).withCursor(cursor)),
        cursor);
  }

  @Test
  void similar_cursorOfAnotherDatabase_refused() {
    try (SearchFixture db = SearchFixture.inMemory();
        SearchFixture stranger = SearchFixture.inMemory()) {
      db.putMany("k", 9, 2);
      stranger.putMany("k", 9, 2);
      SearchResult page = stranger.engine().similar(request(3));
      assertThrows(ValidationException.class, () -> after(db, request(3), page));
    }
  }

  @Test
  void similar_pagedToTheBound_saysThatThereIsMoreAndWhy() {
    try (SearchFixture db = SearchFixture.inMemory()) {
      EmbeddingSpace plane = EmbeddingSpace.of(2);
      WriteBatch.Builder batch = WriteBatch.builder();
      for (int i = 0; i < SearchRequest.K_MAX + 5; i++) {
        batch.put(
            "plane",
            "k" + i,
            Value.text("v"),
            Metadata.EMPTY,
            Embedding.of(plane, vector(random, 2)));
      }
      db.commit(batch.build());
      SearchRequest request = SearchRequest.byVector("plane", 1, 0).withK(6_000);
      SearchResult first = db.engine().similar(request);
      SearchResult second = after(db, request, first);
      assertEquals(4_000, second.hits().size());
      ValidationException refused =
          assertThrows(ValidationException.class, () -> after(db, request, second));
      assertEquals("10000", refused.details().get("hits"));
    }
  }
}
