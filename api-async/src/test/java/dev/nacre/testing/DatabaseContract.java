package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DeleteRequest;
import dev.nacre.EmbedRequest;
import dev.nacre.GetAllRequest;
import dev.nacre.GetRequest;
import dev.nacre.PutRequest;
import dev.nacre.error.ConflictException;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.error.ValidationException;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Metadata;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Operation;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Database} does, in process or remote, on disk or in memory. An implementation's
 * test says how one is opened.
 */
public interface DatabaseContract {

  /** Opens an empty database; the test closes it. */
  Database open();

  /** Opens an empty database with an embedder. */
  Database open(HashEmbedder embedder);

  @Test
  default void put_thenGet_readsValueAndVersion() {
    try (Database db = open()) {
      Commit first = await(db.put("notes", "a", Value.json("{\"n\": 1}")));
      Commit second = await(db.put("notes", "b", Value.text("two")));
      VersionedRecord record = await(db.get("notes", "a")).orElseThrow();

      assertEquals(1, first.version());
      assertEquals(2, second.version());
      assertTrue(second.committedAt().isAfter(first.committedAt()));
      assertEquals(Value.json("{\"n\": 1}"), record.value().orElseThrow());
      assertEquals(1, record.version());
      assertEquals(first.committedAt(), record.committedAt());
      assertEquals(2, record.readPoint().version());
      assertEquals(first.lineage(), record.readPoint().lineage());
    }
  }

  @Test
  default void put_overARecord_keepsThePartsItDoesNotName() {
    try (Database db = open()) {
      await(
          db.put(
              PutRequest.of("notes", "a", Value.text("one"))
                  .withMetadata(Metadata.of("lang", "en"))
                  .withEmbedding(Embedding.of(1, 0))));
      await(db.put("notes", "a", Value.text("uno")));
      VersionedRecord record =
          await(db.get(GetRequest.of("notes", "a").withSpaces(EmbeddingSpace.DEFAULT_NAME)))
              .orElseThrow();

      assertEquals(Value.text("uno"), record.value().orElseThrow());
      assertEquals(Metadata.of("lang", "en"), record.metadata());
      assertEquals(Embedding.of(1, 0), record.embeddings().get(EmbeddingSpace.DEFAULT_NAME));
      assertEquals(2, record.valueVersion().orElseThrow());
      assertEquals(1, record.metadataVersion().orElseThrow());
      assertEquals(1, record.embeddingVersions().get(EmbeddingSpace.DEFAULT_NAME));
    }
  }

  @Test
  default void put_withExpiry_isGoneWhenItHasPassed() {
    try (Database db = open()) {
      Instant past = Instant.now().minus(Duration.ofHours(1));
      await(
          db.put(
              PutRequest.of("notes", "a", Value.text("one"))
                  .withExpiry(new Write.Expiry.At(past))));
      await(
          db.put(
              PutRequest.of("notes", "b", Value.text("two"))
                  .withExpiry(new Write.Expiry.After(Duration.ofHours(1)))));

      assertTrue(await(db.get("notes", "a")).isEmpty());
      assertTrue(await(db.get("notes", "b")).orElseThrow().expiresAt().isPresent());
    }
  }

  @Test
  default void put_ifAbsentOverARecord_isAConflictAndWritesNothing() {
    try (Database db = open()) {
      Commit first = await(db.put("notes", "a", Value.text("one")));
      PutRequest again =
          PutRequest.of("notes", "a", Value.text("two")).withCondition(WriteCondition.ifAbsent());
      ConflictException conflict = failure(ConflictException.class, db.put(again));

      assertTrue(conflict.retryable());
      assertEquals(Value.text("one"), await(db.require("notes", "a")).value().orElseThrow());
      await(
          db.put(
              again
                  .withCondition(WriteCondition.ifVersion(first.version()))
                  .withDurability(Durability.ASYNC)
                  .withTimeout(Duration.ofSeconds(30))));
      assertEquals(2, await(db.require("notes", "a")).version());
    }
  }

  @Test
  default void get_asOfVersionOrInstant_readsThePast() {
    try (Database db = open()) {
      Commit first = await(db.put("notes", "a", Value.text("one")));
      Commit second = await(db.put("notes", "a", Value.text("two")));
      GetRequest get = GetRequest.of("notes", "a");

      assertEquals("one", text(db, get.withAsOf(AsOf.version(1))));
      assertEquals("one", text(db, get.withAsOf(AsOf.instant(first.committedAt()))));
      assertEquals("two", text(db, get.withAsOf(AsOf.instant(second.committedAt()))));
      assertEquals("two", text(db, get));
      assertTrue(await(db.get(get.withAsOf(AsOf.version(0)))).isEmpty());
      failure(ValidationException.class, db.get(get.withAsOf(AsOf.version(99))));
    }
  }

  private static String text(Database db, GetRequest request) {
    return await(db.get(request)).flatMap(VersionedRecord::value).orElseThrow().asString();
  }

  @Test
  default void require_ofAnAbsentKey_namesTheNearOnes() {
    try (Database db = open()) {
      for (String key : List.of("user:1", "user:2", "user:31", "zebra")) {
        await(db.put("people", key, Value.text(key)));
      }
      KeyNotFoundException missing =
          failure(KeyNotFoundException.class, db.require("people", "user:3"));

      assertEquals("people", missing.details().get("namespace"));
      assertEquals("user:3", missing.details().get("key"));
      assertEquals(
          Set.of("user:1", "user:2", "user:31"),
          Set.of(
              String.valueOf(missing.details().get("near1")),
              String.valueOf(missing.details().get("near2")),
              String.valueOf(missing.details().get("near3"))));
      KeyNotFoundException empty =
          failure(KeyNotFoundException.class, db.require("nowhere", "user:3"));
      assertFalse(empty.details().containsKey("near1"));
      assertEquals("user:2", await(db.require("people", "user:2")).key());
      failure(
          KeyNotFoundException.class,
          db.require(GetRequest.of("people", "user:2").withAsOf(AsOf.version(1))));
    }
  }

  @Test
  default void contains_tellsPresentFromAbsent() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
      await(db.delete("notes", "a"));

      assertFalse(await(db.contains("notes", "a")));
      assertTrue(await(db.contains(GetRequest.of("notes", "a").withAsOf(AsOf.version(1)))));
      assertFalse(await(db.contains("nowhere", "a")));
    }
  }

  @Test
  default void getAll_answersInTheOrderAskedAtOneReadPoint() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
      await(db.put("notes", "b", Value.text("two")));
      List<Optional<VersionedRecord>> found =
          await(db.getAll("notes", List.of("b", "missing", "a", "b")));

      assertEquals(
          List.of("b", "-", "a", "b"),
          found.stream().map(r -> r.map(VersionedRecord::key).orElse("-")).toList());
      List<Optional<VersionedRecord>> before =
          await(db.getAll(GetAllRequest.of("notes", List.of("a", "b")).withAsOf(AsOf.version(1))));
      assertEquals(List.of(true, false), before.stream().map(Optional::isPresent).toList());
    }
  }

  @Test
  default void delete_leavesATombstoneInHistory() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
      await(db.delete("notes", "a"));
      await(db.put("notes", "a", Value.text("again")));
      List<HistoryEntry> entries = await(db.history("notes", "a")).items();

      assertEquals(List.of(3L, 2L, 1L), entries.stream().map(HistoryEntry::version).toList());
      assertEquals(
          List.of(Operation.UPSERT, Operation.DELETE, Operation.UPSERT),
          entries.stream().map(HistoryEntry::operation).toList());
      Page<HistoryEntry> page = await(db.history(HistoryRequest.of("notes", "a").withLimit(2)));
      assertEquals(2, page.items().size());
      Page<HistoryEntry> rest =
          await(
              db.history(
                  HistoryRequest.of("notes", "a")
                      .withLimit(2)
                      .withCursor(page.next().orElseThrow())));
      assertEquals(List.of(1L), rest.items().stream().map(HistoryEntry::version).toList());
    }
  }

  @Test
  default void delete_ifVersionOfAnOlderOne_isAConflict() {
    try (Database db = open()) {
      Commit first = await(db.put("notes", "a", Value.text("one")));
      await(db.put("notes", "a", Value.text("two")));
      DeleteRequest delete = DeleteRequest.of("notes", "a");

      failure(
          ConflictException.class,
          db.delete(delete.withCondition(WriteCondition.ifVersion(first.version()))));
      await(db.delete(delete.withCondition(WriteCondition.ifVersion(2))));
      assertFalse(await(db.contains("notes", "a")));
    }
  }

  @Test
  default void batch_writesAllOrNothingAtOneVersion() {
    try (Database db = open()) {
      Commit commit =
          await(
              db.batch(
                  WriteBatch.builder()
                      .put("notes", "a", Value.text("one"))
                      .put("people", "b", Value.text("two"), Metadata.of("age", 7))
                      .build()));
      assertEquals(commit.version(), await(db.require("notes", "a")).version());
      assertEquals(commit.version(), await(db.require("people", "b")).version());

      WriteBatch conflicting =
          WriteBatch.builder()
              .put("notes", "a", Value.text("changed"))
              .add(new Write.Delete("people", "b", WriteCondition.ifVersion(77)))
              .build();
      failure(
          ConflictException.class,
          db.batch(BatchRequest.of(conflicting).withDurability(Durability.ASYNC)));
      assertEquals("one", text(db, GetRequest.of("notes", "a")));
    }
  }

  @Test
  default void embed_thenSimilar_findsTheNearestAtOnce() {
    try (Database db = open()) {
      await(db.embed("docs", "x", 1, 0, 0));
      await(db.embed("docs", "y", 0, 1, 0));
      await(
          db.embed(
              EmbedRequest.of("docs", "z", Embedding.of(0.9f, 0.1f, 0))
                  .withMetadata(Metadata.of("kind", "mixed"))));
      SearchResult result = await(db.similar("docs", 1, 0, 0));

      assertEquals(List.of("x", "z", "y"), result.hits().stream().map(Hit::key).toList());
      assertTrue(result.exact());
      assertEquals(3, result.readPoint().version());
      SearchResult filtered =
          await(
              db.similar(
                  SearchRequest.byVector("docs", 1, 0, 0)
                      .withK(1)
                      .withFilter(Filter.eq("kind", "mixed"))));
      assertEquals(List.of("z"), filtered.hits().stream().map(Hit::key).toList());

      await(db.embed("docs", "x", 0, 0, 1));
      assertEquals("z", await(db.similar("docs", 1, 0, 0)).hits().getFirst().key());
      SearchResult before =
          await(
              db.similar(
                  SearchRequest.byVector("docs", 1, 0, 0).withAsOf(AsOf.version(3)).withK(1)));
      assertEquals("x", before.hits().getFirst().key());
      assertEquals(3, before.readPoint().version());
    }
  }

  @Test
  default void similar_byText_embedsItFirst() {
    HashEmbedder embedder = new HashEmbedder();
    try (Database db = open(embedder)) {
      await(db.embed(EmbedRequest.text("docs", "wing", "lift of a swept wing")));
      await(
          db.put(
              PutRequest.of("docs", "heat", Value.text("heat transfer in a boundary layer"))
                  .withEmbedText("heat transfer in a boundary layer")));

      VersionedRecord heat = await(db.require("docs", "heat"));
      assertEquals(heat.valueVersion().orElseThrow(), heat.embeddingVersions().get("default"));
      SearchResult wings = await(db.similar(SearchRequest.byText("docs", "swept wing lift")));
      assertEquals("wing", wings.hits().getFirst().key());
      SearchResult heats = await(db.similar(SearchRequest.byText("docs", "boundary layer heat")));
      assertEquals("heat", heats.hits().getFirst().key());
    }
    assertFalse(embedder.isClosed(), "the database closed an embedder that is not its own");
  }

  @Test
  default void similar_byTextInTheEmbeddersOwnSpace_needsNoNameInTheRequest() {
    try (Database db = open(new HashEmbedder("words"))) {
      await(db.embed(EmbedRequest.text("docs", "wing", "lift of a swept wing")));

      assertEquals(Set.of("words"), await(db.require("docs", "wing")).embeddingVersions().keySet());
      SearchRequest request = SearchRequest.byText("docs", "swept wing");
      assertEquals(1, await(db.similar(request)).hits().size());
      assertEquals(1, await(db.similar(request.withSpace("words"))).hits().size());
      failure(ValidationException.class, db.similar(request.withSpace("images")));
    }
  }

  @Test
  default void similar_byTextOverVectorsOfAnotherModel_isRefused() {
    try (Database db = open(new HashEmbedder())) {
      await(db.embed("docs", "x", HashEmbedder.vector("made by nobody knows what")));

      failure(ValidationException.class, db.similar(SearchRequest.byText("docs", "what")));
    }
  }

  @Test
  default void texts_withoutAnEmbedder_areRefusedAndSayWhatToConfigure() {
    try (Database db = open()) {
      for (var future :
          List.of(
              db.similar(SearchRequest.byText("docs", "wing")),
              db.embed(EmbedRequest.text("docs", "a", "wing")),
              db.put(PutRequest.of("docs", "a", Value.text("wing")).withEmbedText("wing")))) {
        ValidationException refused = failure(ValidationException.class, future);
        assertEquals("embedder", refused.details().get("option"));
      }
      assertFalse(await(db.contains("docs", "a")));
    }
  }

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

  @Test
  default void namespaces_areConfiguredDeletedAndRemembered() {
    try (Database db = open()) {
      EmbeddingSpace space = EmbeddingSpace.of("words", 3);
      await(db.configure("docs", new NamespaceOptions(List.of(space), Duration.ofDays(1))));
      await(db.put("notes", "a", Value.text("one")));
      await(db.deleteNamespace("notes"));

      List<Namespace> now = await(db.namespaces());
      assertEquals(List.of("docs"), now.stream().map(Namespace::name).toList());
      assertEquals(List.of(space), now.getFirst().spaces());
      assertEquals(
          List.of("docs", "notes"),
          await(db.namespaces(AsOf.version(2))).stream().map(Namespace::name).toList());
      assertTrue(await(db.get("notes", "a")).isEmpty());
      assertEquals("one", text(db, GetRequest.of("notes", "a").withAsOf(AsOf.version(2))));
    }
  }

  @Test
  default void stats_countWhatWasDone() {
    try (Database db = open()) {
      await(db.put("notes", "a", Value.text("one")));
      await(db.embed("notes", "a", 1, 0));
      assertEquals(2, await(db.stats()).storage().commits());
      assertEquals(2, await(db.stats()).readPoint().version());
      assertEquals(1, await(db.stats()).storage().namespaces());
      await(db.similar("notes", 1, 0));
      assertTrue(await(db.stats()).calls().readThreads() > 0);
      assertFalse(String.valueOf(await(db.stats()).search()).equals("null"));
    }
  }

  @Test
  default void refusedInput_failsTheFutureAndWritesNothing() {
    try (Database db = open()) {
      await(db.embed("docs", "x", 1, 0, 0));
      for (var future :
          List.of(
              db.put("notes", "", Value.text("one")),
              db.put("", "a", Value.text("one")),
              db.put("notes", "k".repeat(1025), Value.text("one")),
              db.put("notes", "\ud800", Value.text("one")),
              db.embed("docs", "y", 1, 0),
              db.embed("docs", "y", Float.NaN, 0, 0),
              db.embed("docs", "y", 0, 0, 0),
              db.embed("docs", "y"),
              db.similar("docs", 1, 0),
              db.similar("docs", Float.POSITIVE_INFINITY, 0, 0),
              db.get("notes", ""),
              db.history("notes", ""),
              db.getAll("notes", List.of("a", "")))) {
        failure(ValidationException.class, future);
      }
      assertEquals(1, await(db.stats()).readPoint().version());
    }
  }

  @Test
  default void futures_completedByTheirHolders_corruptNothing() {
    try (Database db = open()) {
      var put = db.put("notes", "a", Value.text("one"));
      put.obtrudeException(new IllegalStateException("mine"));
      var get = db.get(GetRequest.of("notes", "a").withAsOf(AsOf.version(0)));
      get.complete(Optional.empty());
      await(db.put("notes", "b", Value.text("two")));

      assertEquals("one", text(db, GetRequest.of("notes", "a")));
      assertEquals("two", text(db, GetRequest.of("notes", "b")));
    }
  }
}
