package dev.nacre.bench;

import dev.nacre.bench.run.AsOfRun;
import dev.nacre.bench.run.GetRun;
import dev.nacre.bench.run.LoadRun;
import dev.nacre.bench.run.NamespacesRun;
import dev.nacre.bench.run.PutRun;
import dev.nacre.bench.run.ScanRun;
import dev.nacre.bench.run.SearchRun;
import dev.nacre.bench.run.SimilarityRun;
import dev.nacre.bench.run.SizeRun;
import dev.nacre.bench.run.TxRun;
import dev.nacre.bench.run.WatchRun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Everything, in one run. */
@Command(name = "all", description = "Everything, in one run; prepares what is missing.")
final class AllCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Override
  public Integer call() throws Exception {
    List<String> names = new ArrayList<>(settings.searched());
    names.add(settings.loaded());
    settings.prepare(names);
    return settings.measure(
        place -> {
          new PutRun(place).run();
          new GetRun(place).run();
          new AsOfRun(place).run();
          new ScanRun(place).run();
          new SizeRun(place).run();
          new NamespacesRun(place).run();
          new TxRun(place).run();
          new WatchRun(place).run();
          new LoadRun(place, settings.datasets().get(settings.loaded())).run();
          new SimilarityRun(place).run();
          for (String name : settings.searched()) {
            new SearchRun(place, settings.datasets().get(name)).run();
          }
        });
  }
}
