package dev.nacre.vector;

import dev.nacre.model.EmbeddingSpace;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.vector.exact.KeyTable;
import dev.nacre.vector.exact.MemoryMeter;
import dev.nacre.vector.exact.TopHits;
import dev.nacre.vector.exact.VectorBlock;
import java.util.Comparator;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * An epoch in memory, all compared: for small spaces.
 *
 * <p>The rows that were there when it began come first, the last to end in front; then the rows
 * that came, in the order of their coming. So what can have been live at a version is the beginning
 * of each of the two, and hardly more rows are compared than were live.
 */
final class BlockEpoch extends Epoch {
  private final VectorBlock block;
  private final int base;
  private final MemoryMeter meter;
  private final long tables;

  private BlockEpoch(
      EpochRange range,
      KeyTable keys,
      long[] begins,
      long[] ends,
      VectorBlock block,
      int base,
      MemoryMeter meter) {
    super(range, keys, begins, ends);
    this.block = block;
    this.base = base;
    this.meter = meter;
    this.tables = tableBytes(begins.length, keys.size());
    meter.add(tables);
  }

  /**
   * Puts rows into the order that is searched.
   *
   * @param rows in any order, with their ends; the caller's reference stays his
   */
  static BlockEpoch of(
      EpochRange range, KeyTable keys, VectorBlock rows, EmbeddingSpace space, MemoryMeter meter) {
    int count = rows.rows();
    int[] there =
        sorted(
            count,
            row -> rows.from(row) <= range.first(),
            Comparator.<Integer>comparingLong(rows::to).reversed());
    int[] come =
        sorted(
            count,
            row -> rows.from(row) > range.first(),
            Comparator.<Integer>comparingLong(rows::from));
    VectorBlock block = new VectorBlock(space.dimension(), meter);
    boolean filled = false;
    try {
      long[] begins = new long[count];
      long[] ends = new long[count];
      float[] vector = new float[SimilarityProvider.stride(space.dimension())];
      for (int i = 0; i < count; i++) {
        int row = i < there.length ? there[i] : come[i - there.length];
        rows.copy(row, vector);
        begins[i] = rows.from(row);
        ends[i] = rows.to(row);
        int copy = block.append(rows.key(row), begins[i], vector);
        if (ends[i] != VectorBlock.LIVE) {
          block.end(copy, ends[i]);
        }
      }
      filled = true;
      return new BlockEpoch(range, keys, begins, ends, block, there.length, meter);
    } finally {
      if (!filled) {
        block.release();
      }
    }
  }

  private static int[] sorted(int count, IntPredicate which, Comparator<Integer> order) {
    return IntStream.range(0, count)
        .filter(which)
        .boxed()
        .sorted(order)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  @Override
  Reach search(EpochSearcher searcher, int k) {
    long version = searcher.version();
    offer(searcher, 0, first(0, base, row -> block.to(row) <= version));
    offer(searcher, base, first(base, vectors(), row -> block.from(row) > version));
    return Reach.ALL;
  }

  private void offer(EpochSearcher searcher, int from, int to) {
    TopHits hits = searcher.hits();
    Query query = searcher.query();
    block.runs(
        from,
        to,
        Query.RUN_ROWS,
        (first, floats, count) -> {
          float[] scores = query.scores(floats, count);
          for (int i = 0; i < count; i++) {
            int row = first + i;
            if (hits.admits(scores[i])
                && searcher.accepts(block.key(row), block.from(row), block.to(row))) {
              hits.offer(query.bounded(scores[i]), block.key(row), block.from(row));
            }
          }
        });
  }

  /** The first row in [from, to) from which on {@code holds}, which then holds to the end. */
  private static int first(int from, int to, IntPredicate holds) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (holds.test(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  @Override
  long bytes() {
    return block.bytes() + tables;
  }

  @Override
  protected void free() {
    meter.add(-tables);
    block.release();
  }

  @Override
  public String toString() {
    return "BlockEpoch[" + range() + ", " + vectors() + " vectors]";
  }
}
