package dev.nacre.bench;

import dev.nacre.bench.run.LoadRun;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Loading vectors, durable and searchable, beside RocksDB storing the same bytes. */
@Command(
    name = "load",
    description = "Loading vectors, durable and searchable, beside RocksDB storing the same bytes.")
final class LoadCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Override
  public Integer call() throws Exception {
    settings.prepare(List.of(settings.loaded()));
    return settings.measure(
        place -> new LoadRun(place, settings.datasets().get(settings.loaded())).run());
  }
}
