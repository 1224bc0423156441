package dev.nacre.bench.raw;

import dev.nacre.bench.data.Vectors;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** JVector's graph over vectors in memory, with its defaults and as many neighbours as HNSW's. */
public final class RawJVector implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 32;
  private static final int BEAM_WIDTH = 200;
  private static final float OVERFLOW = 1.2f;
  private static final float ALPHA = 1.2f;
  private static final VectorTypeSupport TYPES =
      VectorizationProvider.getInstance().getVectorTypeSupport();
  private static final VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.DOT_PRODUCT;

  private final RandomAccessVectorValues vectors;
  private final GraphSearcher searcher;

  private RawJVector(RandomAccessVectorValues vectors, GraphSearcher searcher) {
    this.vectors = vectors;
    this.searcher = searcher;
  }

  /** Builds a graph of vectors that have length one, with every core. */
  public static RawJVector build(Vectors base) throws IOException {
    List<VectorFloat<?>> rows = new ArrayList<>(base.size());
    for (float[] row : base.rows()) {
      rows.add(TYPES.createFloatVector(row));
    }
    RandomAccessVectorValues vectors = new ListRandomAccessVectorValues(rows, base.dimension());
    try (GraphIndexBuilder builder =
        GraphIndexBuilder.builder(
                BuildScoreProvider.randomAccessScoreProvider(vectors, SIMILARITY),
                base.dimension(),
                MAX_CONNECTIONS)
            .withBeamWidth(BEAM_WIDTH)
            .withNeighborOverflow(OVERFLOW)
            .withAlpha(ALPHA)
            .build()) {
      ImmutableGraphIndex graph = builder.build(vectors);
      return new RawJVector(vectors, new GraphSearcher(graph));
    }
  }

  /**
   * The rows of the nearest, best first.
   *
   * @param effort candidates that the search keeps track of, at least {@code k}
   * @param accepted which rows count
   */
  public List<Integer> rows(float[] query, int k, int effort, IntPredicate accepted) {
    Bits bits = accepted::test;
    SearchResult found =
        searcher.search(
            DefaultSearchScoreProvider.exact(TYPES.createFloatVector(query), SIMILARITY, vectors),
            k,
            effort,
            0,
            0,
            bits);
    List<Integer> rows = new ArrayList<>(k);
    for (SearchResult.NodeScore node : found.getNodes()) {
      rows.add(node.node);
    }
    return rows;
  }

  @Override
  public void close() throws IOException {
    searcher.close();
  }
}
