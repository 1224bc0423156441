package dev.nacre.examples;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.PutRequest;
import dev.nacre.embed.Embedder;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Value;
import dev.nacre.rag.Embedders;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the README shows: remember, correct, ask now and as of before. */
public final class FirstSteps {
  private FirstSteps() {}

  /** Prints what is found now, and what was found before; the argument is the directory. */
  public static void main(String[] arguments) throws IOException {
    Path directory =
        arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("nacre-example-");
    // region readme
    try (Embedder embedder = Embedders.miniLm();
        Database db =
            Database.open(DatabaseOptions.builder(directory).embedder(embedder).build())) {
      String tea = "Ada drinks green tea in the morning.";
      String coffee = "Ada has taken to coffee; tea keeps her awake.";
      PutRequest note = PutRequest.of("notes", "ada-drinks", Value.text(tea)).withEmbedText(tea);

      Commit first = db.put(note).join(); // or compose it: every call returns a CompletableFuture
      db.put(PutRequest.of("notes", "ada-drinks", Value.text(coffee)).withEmbedText(coffee)).join();

      SearchRequest question = SearchRequest.byText("notes", "What should I offer her?");
      SearchResult now = db.similar(question).join();
      SearchResult before = db.similar(question.withAsOf(AsOf.version(first.version()))).join();

      print(now); // version 2: Ada has taken to coffee; tea keeps her awake.
      print(before); // version 1: Ada drinks green tea in the morning.
    }
    // endregion
  }

  private static void print(SearchResult result) {
    String text =
        result.hits().getFirst().record().value().map(Value::asString).orElse("(no value)");
    System.out.println("version " + result.readPoint().version() + ": " + text);
  }
}
