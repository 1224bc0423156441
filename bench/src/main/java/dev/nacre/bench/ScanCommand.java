package dev.nacre.bench;

import dev.nacre.bench.run.ScanRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Scans, beside a RocksDB iterator. */
@Command(name = "scan", description = "Scans, beside a RocksDB iterator.")
final class ScanCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Override
  public Integer call() throws Exception {
    return settings.measure(place -> new ScanRun(place).run());
  }
}
