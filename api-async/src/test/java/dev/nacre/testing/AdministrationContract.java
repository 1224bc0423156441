package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static dev.nacre.testing.Futures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.GetRequest;
import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Namespaces, statistics, and what is refused. */
public interface AdministrationContract extends DatabaseSource {

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

  private static String text(Database db, GetRequest request) {
    return await(db.get(request)).flatMap(VersionedRecord::value).orElseThrow().asString();
  }
}
