package dev.nacre.bench;

import dev.nacre.bench.run.WatchRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Changes a second of the change feed. */
@Command(name = "watch", description = "Changes a second of the change feed.")
final class WatchCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Override
  public Integer call() throws Exception {
    return settings.measure(place -> new WatchRun(place).run());
  }
}
