package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.BatchRequest;
import dev.nacre.Database;
import dev.nacre.DeleteRequest;
import dev.nacre.GetAllRequest;
import dev.nacre.GetRequest;
import dev.nacre.PutRequest;
import dev.nacre.error.ConflictException;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Metadata;
import dev.nacre.model.Operation;
import dev.nacre.model.Page;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Records: written under conditions, read now and as of before, deleted, remembered. */
public interface RecordContract extends DatabaseSource {

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

  private static String text(Database db, GetRequest request) {
    return await(db.get(request)).flatMap(VersionedRecord::value).orElseThrow().asString();
  }
}
