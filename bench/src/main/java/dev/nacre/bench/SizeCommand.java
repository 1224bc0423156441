package dev.nacre.bench;

import dev.nacre.bench.run.SizeRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Stores of growing size: loading, gets and memory. */
@Command(name = "size", description = "Stores of growing size: loading, gets and memory.")
final class SizeCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Override
  public Integer call() throws Exception {
    return settings.measure(place -> new SizeRun(place).run());
  }
}
