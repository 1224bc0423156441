package dev.nacre.bench;

import dev.nacre.bench.data.Datasets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes real texts and their vectors. */
@Command(
    name = "prepare",
    description = "Makes the texts and embeds them, once: some minutes. Needs Python and apt.")
final class PrepareCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Option(names = "--base", description = "Texts to embed; default: ${DEFAULT-VALUE}")
  private int base = Datasets.REAL_BASE;

  @Option(names = "--queries", description = "More texts, to search for; default: ${DEFAULT-VALUE}")
  private int queries = Datasets.REAL_QUERIES;

  @Override
  public Integer call() throws Exception {
    settings.prepare(base, queries);
    return 0;
  }
}
