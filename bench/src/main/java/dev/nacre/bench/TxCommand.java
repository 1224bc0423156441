package dev.nacre.bench;

import dev.nacre.bench.run.TxRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Transactions a second, by contention. */
@Command(name = "tx", description = "Durable transactions a second under low and high contention.")
final class TxCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Override
  public Integer call() throws Exception {
    return settings.measure(place -> new TxRun(place).run());
  }
}
