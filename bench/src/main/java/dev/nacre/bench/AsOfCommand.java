package dev.nacre.bench;

import dev.nacre.bench.run.AsOfRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Gets as of earlier versions, beside a RocksDB get and seek. */
@Command(
    name = "as-of",
    description = "Gets as of earlier versions, beside a RocksDB get and seek.")
final class AsOfCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Override
  public Integer call() throws Exception {
    return settings.measure(place -> new AsOfRun(place).run());
  }
}
