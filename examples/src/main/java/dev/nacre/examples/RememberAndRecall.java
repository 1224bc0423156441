package dev.nacre.examples;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.PutRequest;
import dev.nacre.embed.Embedder;
import dev.nacre.filter.Filter;
import dev.nacre.model.Commit;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.rag.Embedders;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** An agent writes down what it hears, and finds it again by what a question means. */
public final class RememberAndRecall {
  private static final String NOTES = "notes";

  private RememberAndRecall() {}

  /** Prints the notes that answer two questions. */
  public static void main(String[] arguments) {
    try (Embedder embedder = Embedders.miniLm();
        Database db = Database.open(DatabaseOptions.inMemoryBuilder().embedder(embedder).build())) {
      Map<String, String> heard =
          Map.of(
              "tea", "Ada drinks green tea in the morning and never coffee.",
              "train", "Ada takes the 7:40 train to Delft, except on Fridays.",
              "cat", "Ada's cat is called Turing and is afraid of thunder.");
      // Each note: the text as the value, whom it is about as metadata, its meaning as an
      // embedding.
      CompletableFuture.allOf(
              heard.entrySet().stream()
                  .map(note -> remember(db, note.getKey(), note.getValue()))
                  .toArray(CompletableFuture<?>[]::new))
          .join();

      recall(db, SearchRequest.byText(NOTES, "What should I offer her for breakfast?").withK(1));
      recall(
          db,
          SearchRequest.byText(NOTES, "How does she get to work?")
              .withK(1)
              .withFilter(Filter.eq("about", "Ada")));
    }
  }

  private static CompletableFuture<Commit> remember(Database db, String key, String text) {
    return db.put(
        PutRequest.of(NOTES, key, Value.text(text))
            .withMetadata(Metadata.of("about", "Ada"))
            .withEmbedText(text));
  }

  private static void recall(Database db, SearchRequest question) {
    for (Hit hit : db.similar(question).join().hits()) {
      String text = hit.record().value().map(Value::asString).orElse("");
      System.out.printf("%s -> %s (%s)%n", question.text().orElse(""), text, hit.key());
    }
  }
}
