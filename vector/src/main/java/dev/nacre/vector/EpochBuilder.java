package dev.nacre.vector;

import dev.nacre.model.EmbeddingSpace;
import dev.nacre.store.StorageProbe.Step;
import dev.nacre.store.Store;
import dev.nacre.vector.exact.MemoryMeter;
import dev.nacre.vector.graph.GraphFiles;
import dev.nacre.vector.graph.GraphIndex;
import dev.nacre.vector.graph.GraphStamp;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Makes epochs of one space, from storage or from files. For the builder's thread. */
final class EpochBuilder {
  private final Store store;
  private final EmbeddingSpace space;
  private final MemoryMeter meter;
  private final EpochFeed feed;

  EpochBuilder(
      Store store, String namespace, int namespaceId, EmbeddingSpace space, MemoryMeter meter) {
    this.store = store;
    this.space = space;
    this.meter = meter;
    this.feed = new EpochFeed(store, namespace, namespaceId, space);
  }

  /**
   * An epoch in memory, from storage.
   *
   * @throws CancellationException when {@code stop} said so
   */
  Epoch block(EpochRange range, BooleanSupplier stop) {
    return feed.block(range, meter, stop);
  }

  /**
   * An epoch with a graph, from storage. What it has written when it fails is the caller's to
   * delete.
   *
   * @throws CancellationException when {@code stop} said so
   * @throws java.io.UncheckedIOException when the files cannot be written
   * @throws dev.nacre.error.UnavailableException when storage fails
   */
  Epoch graph(EpochRange range, GraphFiles files, BooleanSupplier stop) {
    if (store.indexDirectory().isPresent()) {
      // An epoch ahead of the store after a power cut would be thrown away.
      store.ensureDurable(range.built());
    }
    store.reached(Step.INDEX_BEGUN);
    GraphIndex index =
        files.write(
            GraphFiles.Mode.BUILD,
            stamp(range),
            sink -> {
              feed.graph(range, sink);
              store.reached(Step.INDEX_FED);
            },
            stop);
    store.reached(Step.INDEX_COMMITTED);
    return GraphEpoch.of(range, index, meter);
  }

  /** An epoch from its files; null when they do not serve. */
  @Nullable Epoch open(EpochRange range, GraphFiles files) {
    GraphIndex index = files.open(stamp(range));
    return index == null ? null : GraphEpoch.of(range, index, meter);
  }

  private GraphStamp stamp(EpochRange range) {
    return GraphStamp.ofEpoch(store.lineage(), range.built(), space, range.first(), range.last());
  }
}
