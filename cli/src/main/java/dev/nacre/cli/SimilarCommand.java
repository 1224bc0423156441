package dev.nacre.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.Database;
import dev.nacre.GetRequest;
import dev.nacre.embed.Embedder;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.filter.Filter;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.rag.Embedders;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nacre similar}. */
@Command(
    name = "similar",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = {
      "Finds the records nearest to a text, a vector or another record, now or as they were, and says",
      "whether the answer is exact. Exit code 1: nothing was found.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  nacre similar memory notes --text 'what does Ada drink?'",
      "  nacre similar memory notes --key n1 --where 'year >= 2020' --as-of 2026-01-31"
    })
final class SimilarCommand extends DirectoryCommand {
  @Parameters(index = "1", paramLabel = "NAMESPACE", description = "The namespace.")
  private String namespace = "";

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  /** What is searched for. */
  static final class What {
    @Option(
        names = "--text",
        paramLabel = "TEXT",
        description = "A text, embedded by the model inside (all-MiniLM-L6-v2).")
    private @Nullable String text;

    @Option(names = "--vector", paramLabel = "JSON", description = "A vector, a list of numbers.")
    private @Nullable String vector;

    @Option(names = "--key", paramLabel = "KEY", description = "The embedding of that record.")
    private @Nullable String key;

    What() {}
  }

  @Option(
      names = "-k",
      paramLabel = "N",
      defaultValue = "10",
      description = "At most N records; default: ${DEFAULT-VALUE}.")
  private int k = 10;

  @Option(
      names = "--space",
      paramLabel = "NAME",
      defaultValue = EmbeddingSpace.DEFAULT_NAME,
      description = "The embedding space; default: ${DEFAULT-VALUE}, for a text the model's.")
  private String space = EmbeddingSpace.DEFAULT_NAME;

  @Option(
      names = "--where",
      paramLabel = "FILTER",
      converter = ConditionConverter.class,
      description =
          "Only records that match, as in \"price < 10 and tags contains 'red'\"; the grammar is in "
              + "docs/reference/filters.md. May be repeated: all must hold.")
  private List<Filter> conditions = List.of();

  @Mixin private AsOfOption asOf = new AsOfOption();

  SimilarCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws InterruptedException {
    String text = what.text;
    try (Embedder embedder = text == null ? null : Embedders.miniLm();
        Database database = openToRead(embedder)) {
      SearchRequest request =
          (text != null
                  ? SearchRequest.byText(namespace, text)
                  : SearchRequest.byVector(namespace, vector(database)))
              .withSpace(space)
              .withK(k)
              .withAsOf(asOf.moment());
      if (!conditions.isEmpty()) {
        request =
            request.withFilter(
                conditions.size() == 1
                    ? conditions.getFirst()
                    : Filter.and(conditions.toArray(Filter[]::new)));
      }
      SearchResult result = Await.of(database.similar(request));
      print(result);
      return result.hits().isEmpty() ? ExitCode.NOT_FOUND : ExitCode.OK;
    }
  }

  private float[] vector(Database database) throws InterruptedException {
    if (what.vector != null) {
      return Json.vector(what.vector);
    }
    String key = what.key == null ? "" : what.key;
    Embedding embedding =
        Await.of(
                database.require(
                    GetRequest.of(namespace, key).withAsOf(asOf.moment()).withSpaces(space)))
            .embeddings()
            .get(space);
    if (embedding == null) {
      throw new KeyNotFoundException(
          "record \""
              + Printable.line(key)
              + "\" has no embedding in space \""
              + Printable.line(space)
              + "\"",
          Map.of("namespace", namespace, "key", key, "space", space));
    }
    return embedding.vector();
  }

  private void print(SearchResult result) {
    for (Hit hit : result.hits()) {
      ObjectNode node =
          Json.object().put("score", hit.score()).put("embeddingVersion", hit.embeddingVersion());
      node.set("record", Json.of(hit.record()));
      answer(
          node,
          String.format(Locale.ROOT, "%.4f", hit.score())
              + "  "
              + terminal().bold(Printable.line(hit.key()))
              + "  "
              + Printable.preview(hit.record()));
    }
    if (json()) {
      ObjectNode summary =
          Json.object()
              .put("exact", result.exact())
              .put("tier", result.plan().tier().name())
              .put("candidates", result.plan().candidates());
      summary.set("readPoint", Json.of(result.readPoint()));
      terminal().line(summary.toString());
    } else {
      terminal()
          .line(
              terminal()
                  .dim(
                      result.hits().size()
                          + " found, "
                          + (result.exact() ? "exact" : "approximate")
                          + ", at version "
                          + result.readPoint().version()));
    }
  }
}
