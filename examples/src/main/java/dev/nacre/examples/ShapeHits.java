package dev.nacre.examples;

import dev.nacre.Database;
import dev.nacre.filter.Filter;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import dev.nacre.search.Diversity;
import dev.nacre.search.Grouping;
import dev.nacre.search.Hit;
import dev.nacre.search.HitGroup;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.util.List;

/** Makes more of the nearest records: near enough, page by page, by document, and diverse. */
public final class ShapeHits {
  private ShapeHits() {}

  /** Prints what is found. */
  public static void main(String[] arguments) {
    try (Database db = Database.openInMemory()) {
      WriteBatch.Builder batch = WriteBatch.builder();
      chunk(batch, "tides-1", "tides", 1, 0, 0);
      chunk(batch, "tides-2", "tides", .99f, .1f, 0);
      chunk(batch, "moon-1", "moon", .8f, 0, .6f);
      chunk(batch, "moon-2", "moon", .7f, 0, .7f);
      chunk(batch, "cheese-1", "cheese", 0, 1, 0);
      db.batch(batch.build()).join();

      // region pages
      SearchRequest question = SearchRequest.byVector("chunks", 1, 0, 0).withMinScore(.5f).withK(2);
      SearchResult page = db.similar(question).join();
      print(page.hits());
      while (page.next().isPresent()) {
        page = db.similar(question.withCursor(page.cursor())).join();
        print(page.hits());
      }
      // endregion
      // region groups
      Grouping byDocument = Grouping.by("document").withSize(2);
      SearchResult best = db.similar(question.withGrouping(byDocument)).join();
      for (HitGroup document : best.groups()) {
        System.out.println(document.field().orElse("-") + ": " + document.hits().size());
      }
      // endregion
      // region diverse
      print(db.similar(question.withDiversity(Diversity.of(.3))).join().hits());
      // endregion
      // region scan
      ScanRequest moon = ScanRequest.of("chunks").withFilter(Filter.eq("document", "moon"));
      Page<VersionedRecord> records = db.scanPage(moon).join();
      records.items().forEach(record -> System.out.println(record.key()));
      // endregion
    }
  }

  private static void chunk(
      WriteBatch.Builder batch, String key, String document, float... vector) {
    Metadata metadata = Metadata.of("document", document);
    batch.put("chunks", key, Value.text(key), metadata, Embedding.of(vector));
  }

  private static void print(List<Hit> hits) {
    System.out.println(hits.stream().map(Hit::key).toList());
  }
}
