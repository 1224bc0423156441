package dev.nacre.examples;

import dev.nacre.Database;
import dev.nacre.filter.Filter;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.SearchRequest;
import java.time.Instant;
import java.util.List;

/** Searches among records whose metadata and JSON values match. */
public final class FilterByFields {
  private FilterByFields() {}

  /** Prints what is found. */
  public static void main(String[] arguments) {
    try (Database db = Database.openInMemory()) {
      // region declare
      List<DeclaredField> fields =
          List.of(new DeclaredField("price", "$.price"), new DeclaredField("tags", "$.tags[*]"));
      db.configure("hats", NamespaceOptions.DEFAULT.withFields(fields)).join();
      // endregion
      WriteBatch.Builder batch = WriteBatch.builder();
      batch.put(
          "hats",
          "bowler",
          Value.json("{\"price\": 9.5, \"tags\": [\"red\", \"sale\"]}"),
          Metadata.of("at", "2026-01-31T10:30:00+01:00"),
          Embedding.of(1, 0, 0));
      batch.put(
          "hats",
          "beret",
          Value.json("{\"price\": 12, \"tags\": [\"red\"]}"),
          Metadata.of("at", "2026-02-01T10:30:00Z"),
          Embedding.of(1, 1, 0));
      db.batch(batch.build()).join();

      // region filter
      Filter cheap = Filter.parse("price < 10 and tags contains \"red\"");
      Filter late = Filter.gt("at", Instant.parse("2026-02-01T00:00:00Z"));
      for (Filter filter : List.of(cheap, late, Filter.or(cheap, late))) {
        SearchRequest request = SearchRequest.byVector("hats", 0, 1, 0).withFilter(filter);
        db.similar(request).join().hits().forEach(hit -> System.out.println(hit.key()));
      }
      // endregion
      System.out.println(Filter.and(cheap, Filter.not(late)).text());
    }
  }
}
