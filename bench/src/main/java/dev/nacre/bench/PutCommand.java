package dev.nacre.bench;

import dev.nacre.bench.run.PutRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Durable puts a second, beside RocksDB with group commit. */
@Command(name = "put", description = "Durable puts a second, beside RocksDB with group commit.")
final class PutCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Override
  public Integer call() throws Exception {
    return settings.measure(place -> new PutRun(place).run());
  }
}
