package dev.nacre.bench;

import dev.nacre.bench.run.NamespacesRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Gets beside many namespaces. */
@Command(name = "namespaces", description = "Gets beside many namespaces.")
final class NamespacesCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Override
  public Integer call() throws Exception {
    return settings.measure(place -> new NamespacesRun(place).run());
  }
}
