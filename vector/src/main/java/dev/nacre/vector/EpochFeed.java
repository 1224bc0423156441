package dev.nacre.vector;

import dev.nacre.model.AsOf;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.ReadPoint;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.similarity.Vectors;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import dev.nacre.store.VectorIntervalSink;
import dev.nacre.vector.exact.KeyTable;
import dev.nacre.vector.exact.MemoryMeter;
import dev.nacre.vector.exact.VectorBlock;
import dev.nacre.vector.graph.GraphSink;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** Reads the vectors of an epoch from storage. Holds no state; for the builder's thread. */
final class EpochFeed {
  private final Store store;
  private final String namespace;
  private final int namespaceId;
  private final EmbeddingSpace space;

  EpochFeed(Store store, String namespace, int namespaceId, EmbeddingSpace space) {
    this.store = store;
    this.namespace = namespace;
    this.namespaceId = namespaceId;
    this.space = space;
  }

  /**
   * The epoch in memory.
   *
   * @throws CancellationException when {@code stop} said so
   */
  BlockEpoch block(EpochRange range, MemoryMeter meter, BooleanSupplier stop) {
    KeyTable keys = new KeyTable();
    VectorBlock rows = new VectorBlock(space.dimension(), meter);
    try {
      float[] row = new float[SimilarityProvider.stride(space.dimension())];
      scan(
          range,
          (key, from, to, floats) -> {
            if (stop.getAsBoolean()) {
              throw new CancellationException("the epoch is not wanted any more");
            }
            Vectors.prepare(space.metric(), floats, space.dimension(), row);
            int appended = rows.append(keys.add(key.getBytes(StandardCharsets.UTF_8)), from, row);
            if (to != VectorIntervalSink.OPEN) {
              rows.end(appended, to);
            }
            return true;
          });
      return BlockEpoch.of(range, keys, rows, space, meter);
    } finally {
      rows.release();
    }
  }

  /** Hands everything to a graph, which asks itself whether to stop. */
  void graph(EpochRange range, GraphSink sink) {
    float[] row = new float[SimilarityProvider.stride(space.dimension())];
    scan(
        range,
        (key, from, to, floats) -> {
          Vectors.prepare(space.metric(), floats, space.dimension(), row);
          sink.addInterval(key.getBytes(StandardCharsets.UTF_8), from, to, row, space.dimension());
          return true;
        });
  }

  /** Held meanwhile: retention takes nothing of what is being read. */
  private void scan(EpochRange range, VectorIntervalSink sink) {
    ReadPoint first = new ReadPoint(range.first(), Instant.EPOCH, store.lineage());
    try (Pin _ = store.pin(AsOf.at(first), namespace)) {
      scanHeld(range, sink);
    }
  }

  private void scanHeld(EpochRange range, VectorIntervalSink sink) {
    store.scanVectorIntervals(range.first(), range.last(), namespaceId, space, sink);
  }
}
