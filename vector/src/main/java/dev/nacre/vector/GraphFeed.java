package dev.nacre.vector;

import dev.nacre.model.EmbeddingSpace;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.vector.graph.DocSet;
import dev.nacre.vector.graph.GraphIndex;
import dev.nacre.vector.graph.GraphSink;

/** Hands the vectors of a set to a graph that is being written. For the builder's thread. */
final class GraphFeed {
  private final SpaceSet set;
  private final int dimension;
  private final float[] vector;

  GraphFeed(SpaceSet set, EmbeddingSpace space) {
    this.set = set;
    this.dimension = space.dimension();
    this.vector = new float[SimilarityProvider.stride(dimension)];
  }

  /** Everything that is alive. */
  void all(GraphSink sink) {
    GraphLayer layer = set.layer();
    if (layer != null) {
      GraphIndex.VectorReader vectors = layer.index().vectors();
      DocSet live = layer.liveAt(set.version(), set.liveDocs());
      for (int doc = live.next(0); doc >= 0; doc = live.next(doc + 1)) {
        vectors.copy(doc, vector);
        sink.add(set.keys().bytes(layer.key(doc)), layer.from(doc), vector, dimension);
      }
    }
    rows(sink);
  }

  /** What the graph lacks, and the removal of what it has too much. */
  void changed(GraphSink sink) {
    GraphLayer layer = set.layer();
    if (layer != null) {
      for (int doc = 0; doc < layer.docs(); doc++) {
        long end = layer.to(doc);
        if (end != GraphLayer.DELETED && end <= set.version()) {
          sink.remove(set.keys().bytes(layer.key(doc)));
        }
      }
    }
    rows(sink);
  }

  private void rows(GraphSink sink) {
    for (int row = 0; row < set.rows(); row++) {
      if (set.block().to(row) > set.version()) {
        set.block().copy(row, vector);
        sink.add(set.keys().bytes(set.block().key(row)), set.block().from(row), vector, dimension);
      }
    }
  }
}
