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
import dev.nacre.search.HitGroup;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
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
      "Finds the records nearest to a text, a vector or another record, now or as they were, and"
          + " says",
      "whether the answer is exact. Exit code 1: nothing was found.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  nacre similar memory notes --text 'what does Ada drink?'",
      "  nacre similar memory notes --key n1 --where 'year >= 2020' --as-of 2026-01-31",
      "  nacre similar memory chunks --text 'tides' --group-by document --group-size 3 -k 5"
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

  @Mixin private WhereOption where = new WhereOption();
  @Mixin private ShapeOptions shape = new ShapeOptions();
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
      Filter filter = where.filter();
      if (filter != null) {
        request = request.withFilter(filter);
      }
      SearchResult result = Await.of(database.similar(shape.applied(request)));
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
    if (result.groups().isEmpty()) {
      result.hits().forEach(hit -> print(hit, null));
    }
    for (HitGroup group : result.groups()) {
      group.hits().forEach(hit -> print(hit, group));
    }
    if (json()) {
      ObjectNode summary =
          Json.object()
              .put("exact", result.exact())
              .put("tier", result.plan().tier().name())
              .put("candidates", result.plan().candidates());
      result.next().ifPresent(cursor -> summary.put("cursor", cursor));
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
                          + result.readPoint().version()
                          + result.next().map(cursor -> ", more by --after " + cursor).orElse("")));
    }
  }

  /**
   * One hit.
   *
   * @param group its group, or null when hits are not grouped
   */
  private void print(Hit hit, @Nullable HitGroup group) {
    ObjectNode node =
        Json.object().put("score", hit.score()).put("embeddingVersion", hit.embeddingVersion());
    String label = "";
    if (group != null) {
      group.field().ifPresent(value -> node.set("group", Json.tree(value)));
      label = group.field().map(value -> "  [" + Printable.line(value.toString()) + "]").orElse("");
    }
    node.set("record", Json.of(hit.record()));
    answer(
        node,
        String.format(Locale.ROOT, "%.4f", hit.score())
            + "  "
            + terminal().bold(Printable.line(hit.key()))
            + terminal().dim(label)
            + "  "
            + Printable.preview(hit.record()));
  }
}
