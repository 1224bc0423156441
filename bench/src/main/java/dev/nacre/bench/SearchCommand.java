package dev.nacre.bench;

import dev.nacre.bench.data.Datasets;
import dev.nacre.bench.run.SearchRun;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Searching. */
@Command(name = "search", description = "The ten nearest at recall 0.99, beside Lucene's HNSW.")
final class SearchCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Option(
      names = "--dataset",
      split = ",",
      paramLabel = "NAME",
      description = "For example real-10k or clustered-300k; default: those of the scale")
  private List<String> names = List.of();

  @Override
  public Integer call() throws Exception {
    List<String> searched = names.isEmpty() ? settings.searched() : names;
    searched.forEach(Datasets::check);
    settings.prepare(searched);
    return settings.measure(
        place -> {
          for (String name : searched) {
            new SearchRun(place, settings.datasets().get(name)).run();
          }
        });
  }
}
