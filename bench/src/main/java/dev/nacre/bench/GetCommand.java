package dev.nacre.bench;

import dev.nacre.bench.run.GetRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Gets from the block cache and from files, beside RocksDB. */
@Command(name = "get", description = "Gets from the block cache and from files, beside RocksDB.")
final class GetCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Override
  public Integer call() throws Exception {
    return settings.measure(place -> new GetRun(place).run());
  }
}
