package dev.nacre.vector;

import dev.nacre.model.Metric;
import dev.nacre.similarity.device.Batch;
import dev.nacre.similarity.device.Candidates;
import dev.nacre.similarity.device.DeviceSimilarity;
import dev.nacre.similarity.device.ResidentRows;
import dev.nacre.vector.exact.VectorBlock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of an engine in a device's memory: uploaded when they are searched, gone with their
 * block. Thread-safe.
 */
final class DeviceTier implements AutoCloseable {
  /** A filter that leaves less than this part of the rows is cheaper on the host. */
  private static final int FILTERED_PART = 4;

  private final DeviceSimilarity similarity;
  private final Map<VectorBlock, ResidentRows> resident = new ConcurrentHashMap<>();

  /** Receives rows with the host's scores. */
  @FunctionalInterface
  interface RowHits {
    /** Takes one row. */
    void offer(int row, float score);
  }

  /** Takes over {@code similarity}. */
  DeviceTier(DeviceSimilarity similarity) {
    this.similarity = similarity;
  }

  /** The provider's name. */
  String name() {
    return similarity.name();
  }

  /** What it uses. */
  DeviceSimilarity.Use use() {
    return similarity.use();
  }

  /**
   * Offers every row that can be among the {@code k} nearest, as far as the device has compared
   * them, with the score that the query's own provider gives it.
   *
   * @param matches what a filter leaves; null without one
   * @return the first row that the device has not compared; 0 when it has none
   */
  int offer(SpaceSet set, Query query, int k, @Nullable FilterMatches matches, RowHits hits) {
    if (set.rows() < similarity.rowsMin()
        || (matches != null && (long) matches.rows().length * FILTERED_PART < set.rows())) {
      return 0;
    }
    VectorBlock block = set.block();
    long[] mask = matches == null ? set.liveRows() : mask(matches.rows(), set.rows());
    Batch batch =
        new Batch(
            query.space().metric() == Metric.EUCLIDEAN, query.padded(), 1, set.rows(), k, mask);
    Candidates candidates =
        similarity.candidates(
            resident(block),
            (first, end, sink) ->
                block.runs(
                    first,
                    end,
                    Integer.MAX_VALUE,
                    (row, floats, count) -> sink.accept(floats, count)),
            batch);
    if (candidates.end() > 0) {
      float[] vector = new float[block.stride()];
      for (int row : candidates.rows(0)) {
        block.copy(row, vector);
        hits.offer(row, query.score(vector));
      }
    }
    return candidates.end();
  }

  /** The caller holds a reference to the block, so it is not freed before this returns. */
  private ResidentRows resident(VectorBlock block) {
    ResidentRows known = resident.get(block);
    return known != null
        ? known
        : resident.computeIfAbsent(
            block,
            _ -> {
              ResidentRows rows = similarity.resident(block.stride());
              block.whenFreed(() -> forget(block));
              return rows;
            });
  }

  private void forget(VectorBlock block) {
    ResidentRows rows = resident.remove(block);
    if (rows != null) {
      rows.close();
    }
  }

  private static long[] mask(int[] rows, int count) {
    long[] mask = new long[(count + 63) >>> 6];
    for (int row : rows) {
      mask[row >>> 6] |= 1L << row;
    }
    return mask;
  }

  /** Gives the device back; when no search runs. */
  @Override
  public void close() {
    similarity.close();
  }
}
