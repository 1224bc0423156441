package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metric;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.similarity.Vectors;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A checked query: how every row and document is scored in every tier. For one thread. */
final class Query {
  /** Rows that are scored at a time. */
  static final int RUN_ROWS = 256;

  private final SimilarityProvider provider;
  private final EmbeddingSpace space;
  private final float[] padded;
  private final @Nullable Filter filter;
  private final boolean askedAgain;
  private final float[] scores = new float[RUN_ROWS];

  /** Refuses a vector that does not fit the space. */
  Query(
      SimilarityProvider provider, EmbeddingSpace space, float[] vector, @Nullable Filter filter) {
    Embedding.validate(space, vector);
    this.provider = provider;
    this.space = space;
    this.padded = Vectors.prepared(space.metric(), vector);
    this.filter = filter;
    this.askedAgain = true;
  }

  private Query(Query same, Filter filter) {
    this.provider = same.provider;
    this.space = same.space;
    this.padded = same.padded;
    this.filter = filter;
    this.askedAgain = false;
  }

  EmbeddingSpace space() {
    return space;
  }

  @Nullable Filter filter() {
    return filter;
  }

  String providerName() {
    return provider.name();
  }

  /** How scores are added up; see {@link SimilarityProvider#arithmetic}. */
  String arithmetic() {
    return provider.arithmetic();
  }

  /** The prepared vector; not to be changed. */
  float[] padded() {
    return padded;
  }

  /** The prepared vector without its padding. */
  float[] unpadded() {
    return padded.length == space.dimension() ? padded : Arrays.copyOf(padded, space.dimension());
  }

  /** The scores of at most {@link #RUN_ROWS} rows; valid until the next call. */
  float[] scores(MemorySegment rows, int count) {
    Vectors.scores(provider, space.metric(), padded, rows, count, scores);
    return scores;
  }

  /** The score of one prepared and padded vector. */
  float score(float[] row) {
    return score(padded, row);
  }

  /** The score of two prepared and padded vectors. */
  float score(float[] one, float[] other) {
    return bounded(Vectors.score(provider, space.metric(), one, other));
  }

  /** Another vector of the space, prepared and padded like the query's. */
  float[] prepared(float[] vector) {
    return Vectors.prepared(space.metric(), vector);
  }

  /** The same query with one more condition, if any, which nobody will ask again. */
  Query and(@Nullable Filter further) {
    if (further == null) {
      return this;
    }
    return new Query(this, filter == null ? further : Filter.and(filter, further));
  }

  /** Whether answers to its filter are worth keeping. */
  boolean isAskedAgain() {
    return askedAgain;
  }

  /** A score within the metric's range: rounding may leave it by one unit in the last place. */
  float bounded(float score) {
    return space.metric() == Metric.COSINE ? Math.clamp(score, -1f, 1f) : score;
  }
}
