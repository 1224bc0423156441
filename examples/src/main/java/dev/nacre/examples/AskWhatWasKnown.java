package dev.nacre.examples;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.PutRequest;
import dev.nacre.embed.Embedder;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.Value;
import dev.nacre.rag.Embedders;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A fact is stored, found, corrected, and found again: now, and as it was known before, also after
 * the database was closed and opened again.
 */
public final class AskWhatWasKnown {
  private static final String FACTS = "facts";
  private static final String QUESTION = "When does the museum close?";

  private AskWhatWasKnown() {}

  /** Prints what is known and what was known; the argument is the directory of the database. */
  public static void main(String[] arguments) throws IOException {
    Path directory =
        arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("nacre-example-");
    try (Embedder embedder = Embedders.miniLm()) {
      DatabaseOptions options = DatabaseOptions.builder(directory).embedder(embedder).build();
      Commit first;
      try (Database db = Database.open(options)) {
        first = learn(db, "museum", "The museum is open from nine in the morning until six.");
        Commit _ = learn(db, "library", "The library lends books for four weeks.");
        ask(db, "at first", AsOf.now());

        Commit correction =
            learn(db, "museum", "The museum now shuts its doors at eight in the evening.");
        ask(db, "now", AsOf.now());
        ask(db, "as of version " + first.version(), AsOf.version(first.version()));
        ask(db, "just before", AsOf.instant(correction.committedAt().minusNanos(1_000)));
        db.history(FACTS, "museum")
            .join()
            .items()
            .forEach(entry -> System.out.println("  version " + entry.version()));
      }
      try (Database reopened = Database.open(options)) {
        ask(reopened, "reopened, now", AsOf.now());
        ask(reopened, "reopened, as of before", AsOf.version(first.version()));
      }
    }
  }

  /** Text and meaning in one commit: nobody sees one without the other. */
  private static Commit learn(Database db, String key, String text) {
    return db.put(PutRequest.of(FACTS, key, Value.text(text)).withEmbedText(text)).join();
  }

  private static void ask(Database db, String when, AsOf asOf) {
    Hit best =
        db.similar(SearchRequest.byText(FACTS, QUESTION).withK(1).withAsOf(asOf))
            .join()
            .hits()
            .getFirst();
    String text = best.record().value().map(Value::asString).orElse("");
    System.out.printf("%s: %s (version %d)%n", when, text, best.record().version());
  }
}
