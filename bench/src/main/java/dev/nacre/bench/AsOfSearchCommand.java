package dev.nacre.bench;

import dev.nacre.bench.data.Datasets;
import dev.nacre.bench.run.AsOfSearchRun;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Searching the past after much has changed. */
@Command(
    name = "as-of-search",
    description =
        "The ten nearest as of random moments after every key was overwritten ten times, beside"
            + " the present.")
final class AsOfSearchCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description =
          "An eleventh of it is live at a time; for example real-100k or clustered-999k;"
              + " default: that of the scale")
  private String name = "";

  @Override
  public Integer call() throws Exception {
    String searched = name.isEmpty() ? settings.past() : name;
    Datasets.check(searched);
    settings.prepare(List.of(searched));
    return settings.measure(
        place -> new AsOfSearchRun(place, settings.datasets().get(searched)).run());
  }
}
