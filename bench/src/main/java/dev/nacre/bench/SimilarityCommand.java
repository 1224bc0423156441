package dev.nacre.bench;

import dev.nacre.bench.run.SimilarityRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Exact scans by every provider that is there. */
@Command(
    name = "similarity",
    description = "Exact scans by every provider present, beside the memory's bandwidth.")
final class SimilarityCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Override
  public Integer call() throws Exception {
    return settings.measure(place -> new SimilarityRun(place).run());
  }
}
