package dev.nacre.cli;

import dev.nacre.error.ValidationException;
import dev.nacre.search.Diversity;
import dev.nacre.search.Grouping;
import dev.nacre.search.SearchRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is made of the nearest records. */
final class ShapeOptions {
  @Option(
      names = "--min-score",
      paramLabel = "SCORE",
      description =
          "Only records that score at least this: by cosine -1 to 1, or the inner product, or the "
              + "negative square of the distance.")
  private @Nullable Float minScore;

  @Option(
      names = "--mmr",
      paramLabel = "LAMBDA",
      description =
          "Records that are not near to each other (maximal marginal relevance): 1 for the nearest,"
              + " 0 for the most different.")
  private @Nullable Double lambda;

  @Option(
      names = "--pool",
      paramLabel = "N",
      description = "With --mmr: chosen from the N nearest; default: 100.")
  private @Nullable Integer pool;

  @Option(
      names = "--group-by",
      paramLabel = "FIELD",
      description = "The best of each value of a field; -k then counts values.")
  private @Nullable String field;

  @Option(
      names = "--group-size",
      paramLabel = "N",
      description = "With --group-by: at most N records of each value; default: 1.")
  private @Nullable Integer size;

  @Option(
      names = "--after",
      paramLabel = "CURSOR",
      description = "Go on behind an earlier answer of the same search, as of its version.")
  private @Nullable String cursor;

  ShapeOptions() {}

  /** The request with what was asked for. */
  SearchRequest applied(SearchRequest request) {
    SearchRequest shaped = request;
    if (minScore != null) {
      shaped = shaped.withMinScore(minScore);
    }
    if (lambda != null) {
      Diversity diversity = Diversity.of(lambda);
      shaped = shaped.withDiversity(pool == null ? diversity : diversity.withPool(pool));
    } else if (pool != null) {
      throw needs("--pool", "--mmr");
    }
    if (field != null) {
      Grouping grouping = Grouping.by(field);
      shaped = shaped.withGrouping(size == null ? grouping : grouping.withSize(size));
    } else if (size != null) {
      throw needs("--group-size", "--group-by");
    }
    return shaped.withCursor(cursor);
  }

  private static ValidationException needs(String option, String other) {
    return new ValidationException(
        option + " says nothing without " + other, Map.of("option", option));
  }
}
