package dev.nacre.bench;

import dev.nacre.bench.data.Datasets;
import dev.nacre.bench.peer.PeerPackages;
import dev.nacre.bench.run.PeersRun;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Other libraries. */
@Command(
    name = "peers",
    description =
        "Searches beside hnswlib, faiss, usearch, LanceDB, Chroma, sqlite-vec, numpy and Lucene."
            + " Needs Python; installs the libraries into the cache folder.")
final class PeersCommand implements Callable<Integer> {
  @Mixin private Settings settings = new Settings();

  @Option(
      names = "--dataset",
      split = ",",
      paramLabel = "NAME",
      description = "For example real-10k or clustered-100k; default: those of the scale")
  private List<String> datasets = List.of();

  @Option(
      names = "--peer",
      split = ",",
      paramLabel = "NAME",
      description = "Only these libraries of Python's; default: all")
  private List<String> peers = List.of();

  @Override
  public Integer call() throws Exception {
    List<String> searched = datasets.isEmpty() ? settings.compared() : datasets;
    searched.forEach(Datasets::check);
    List<String> names = peers.isEmpty() ? PeersRun.NAMES : peers;
    for (String name : names) {
      if (!PeersRun.NAMES.contains(name)) {
        throw new IllegalArgumentException(
            "peer " + name + " is unknown; known are " + String.join(", ", PeersRun.NAMES));
      }
    }
    settings.prepare(searched);
    PeerPackages packages = settings.peerPackages();
    return settings.measure(
        place -> {
          for (String name : searched) {
            new PeersRun(place, settings.datasets().get(name), settings.peers(), packages, names)
                .run();
          }
        });
  }
}
