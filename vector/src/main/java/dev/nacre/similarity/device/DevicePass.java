package dev.nacre.similarity.device;

import dev.nacre.error.NacreException;
import dev.nacre.similarity.device.Device.Scoring;
import dev.nacre.similarity.device.Device.Selecting;
import dev.nacre.similarity.device.ResidentRows.Chunk;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs batches over resident rows, slice by slice of the queries. Under the lock of its owner.
 *
 * <p><b>Choosing on the device.</b> Beside the scores, the kernel writes the best score of every 64
 * rows. The k-th best of these is reached by k rows at least, so {@link ErrorBound#floor} of it is
 * a threshold that all of the nearest reach, and a second kernel collects the rows that do: little
 * more than k of them, unless the nearest stand side by side. When groups are too few for k, or too
 * many rows reach the threshold, the scores are copied to the host, which chooses.
 */
final class DevicePass {
  /** Rows that are collected of each query, at least. */
  private static final int CAPACITY_MIN = 1 << 10;

  /** Queries of one pass: launches have bounds, and other searches wait. */
  private static final int QUERIES_MAX = 1 << 10;

  /** The groups must be so many times k: then their maxima say where the nearest begin. */
  private static final int GROUPS_PER_HIT = 2;

  private final Device device;
  private final DeviceOptions options;
  private final LongSupplier spare;
  private final Workspace queries;
  private final Workspace scores;
  private final Workspace maxima;
  private final Workspace mask;
  private final Workspace thresholds;
  private final Workspace counts;
  private final Workspace found;

  /**
   * Nothing in use yet.
   *
   * @param reserve takes bytes from the budget, or refuses
   * @param spare bytes of the budget that nobody uses
   */
  DevicePass(Device device, DeviceOptions options, LongPredicate reserve, LongSupplier spare) {
    this.device = device;
    this.options = options;
    this.spare = spare;
    this.queries = new Workspace(device, reserve, true);
    this.scores = new Workspace(device, reserve, false);
    this.maxima = new Workspace(device, reserve, true);
    this.mask = new Workspace(device, reserve, true);
    this.thresholds = new Workspace(device, reserve, true);
    this.counts = new Workspace(device, reserve, true);
    this.found = new Workspace(device, reserve, true);
  }

  /**
   * A part of a batch over the rows that are there.
   *
   * @param from its first query
   * @param count its queries
   * @param padded the same up to a whole tile
   * @param rows rows that take part
   * @param rowLimit the same up to a whole group
   * @param capacity rows that are collected of each query
   */
  private record Slice(int from, int count, int padded, int rows, int rowLimit, int capacity) {
    int groups() {
      return rowLimit / Device.GROUP_ROWS;
    }

    long scoreBytes() {
      return (long) padded * rowLimit * Float.BYTES;
    }
  }

  private List<Workspace> all() {
    return List.of(queries, scores, maxima, mask, thresholds, counts, found);
  }

  /** Bytes of device memory. */
  long bytes() {
    return all().stream().mapToLong(Workspace::bytes).sum();
  }

  /** Bytes that one query over so many rows may take beyond what is taken; rounded up. */
  long missingBytes(long rows, int stride) {
    long needed = rows * bytesOfRow() + bytesOfTile(stride);
    return Math.max(0, needed - bytes());
  }

  /** Bytes for each row: its scores in a tile, its part of the groups' maxima and of the mask. */
  long bytesOfRow() {
    return device.queryTile() * (Float.BYTES + 1L) + 1;
  }

  /** Bytes whatever the number of rows: queries, thresholds, counts, what is collected. */
  private long bytesOfTile(int stride) {
    return device.queryTile() * (stride + 2L + CAPACITY_MIN) * Float.BYTES
        + Device.GROUP_ROWS * bytesOfRow();
  }

  void free() {
    NacreException failure = null;
    for (Workspace workspace : all()) {
      try {
        workspace.free();
      } catch (NacreException e) {
        // The others' memory on the host is to be given back all the same.
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** The candidates of every query among the rows that are there; none when memory is short. */
  Candidates candidates(ResidentRows rows, Batch batch) {
    int end = Math.min(rows.rows(), batch.end());
    ErrorBound[] bounds = new ErrorBound[batch.count()];
    for (int query = 0; query < bounds.length; query++) {
      bounds[query] =
          new ErrorBound(
              batch.distances(),
              rows.stride(),
              batch.length(query, rows.stride()),
              rows.lengthMax());
      if (!bounds[query].isFinite()) {
        return Candidates.NONE;
      }
    }
    List<int[]> candidates = new ArrayList<>(batch.count());
    while (candidates.size() < batch.count()) {
      Slice slice = slice(batch, candidates.size(), end);
      if (!score(rows, batch, slice)) {
        return Candidates.NONE;
      }
      choose(slice, batch.k(), bounds, candidates);
    }
    return new Candidates(end, candidates);
  }

  /** All scores of every query and the first rows. */
  Optional<float[]> scores(ResidentRows rows, Batch batch) {
    int end = Math.min(rows.rows(), batch.end());
    float[] all = new float[batch.count() * end];
    int query = 0;
    while (query < batch.count()) {
      Slice slice = slice(batch, query, end);
      if (!score(rows, batch, slice)) {
        return Optional.empty();
      }
      for (int i = 0; i < slice.count; i++) {
        System.arraycopy(scoresOf(slice, i), 0, all, (query + i) * end, end);
      }
      query += slice.count;
    }
    return Optional.of(all);
  }

  private Slice slice(Batch batch, int from, int end) {
    int tile = device.queryTile();
    int rowLimit = roundedUp(end, Device.GROUP_ROWS);
    // Half of what is left: for the buffers beside the scores.
    long left = Math.max(scores.bytes(), spare.getAsLong() / 2);
    long bytes = Math.min(Math.min(options.workspaceBytes(), left), device.bufferBytesMax());
    long fit = Math.max(1, bytes / ((long) rowLimit * Float.BYTES * tile)) * tile;
    int count = (int) Math.min(Math.min(fit, QUERIES_MAX), batch.count() - from);
    int capacity = (int) Math.min(end, Math.max(CAPACITY_MIN, 4L * batch.k()));
    return new Slice(from, count, roundedUp(count, tile), end, rowLimit, capacity);
  }

  private static int roundedUp(int number, int multiple) {
    return (number + multiple - 1) / multiple * multiple;
  }

  /** Begins to score a slice; false when memory is short. */
  private boolean score(ResidentRows rows, Batch batch, Slice slice) {
    int stride = rows.stride();
    long queryBytes = (long) slice.padded * stride * Float.BYTES;
    if (slice.scoreBytes() > device.bufferBytesMax()
        || !queries.ensure(queryBytes)
        || !scores.ensure(slice.scoreBytes())
        || !maxima.ensure((long) slice.padded * slice.groups() * Float.BYTES)
        || !masked(batch.mask(), slice.rowLimit)) {
      return false;
    }
    MemorySegment target = queries.host();
    target.asSlice(0, queryBytes).fill((byte) 0);
    MemorySegment.copy(
        batch.queries(),
        slice.from * stride,
        target,
        ValueLayout.JAVA_FLOAT,
        0,
        slice.count * stride);
    queries.write(queryBytes);
    for (Chunk chunk : rows.chunks()) {
      int count = Math.min(slice.rows - chunk.first(), chunk.capacity());
      if (count <= 0) {
        break;
      }
      device.score(
          new Scoring(
              batch.distances(),
              chunk.handle(),
              queries.handle(),
              slice.count,
              scores.handle(),
              maxima.handle(),
              batch.mask() == null ? 0 : mask.handle(),
              chunk.first(),
              count,
              stride,
              slice.rowLimit));
    }
    return true;
  }

  private boolean masked(long @Nullable [] words, int rowLimit) {
    if (words == null) {
      return true;
    }
    int count = rowLimit / Long.SIZE;
    if (!mask.ensure((long) count * Long.BYTES)) {
      return false;
    }
    MemorySegment.copy(words, 0, mask.host(), ValueLayout.JAVA_LONG, 0, count);
    mask.write((long) count * Long.BYTES);
    return true;
  }

  /** Adds the candidates of a slice's queries. */
  private void choose(Slice slice, int k, ErrorBound[] bounds, List<int[]> candidates) {
    float[] floors = floors(slice, k, bounds);
    int[] counted = new int[slice.count];
    if (floors.length > 0 && select(slice, floors)) {
      counts.read((long) slice.count * Integer.BYTES);
      MemorySegment.copy(counts.host(), ValueLayout.JAVA_INT, 0, counted, 0, slice.count);
      found.read((long) slice.count * slice.capacity * Integer.BYTES);
    }
    for (int i = 0; i < slice.count; i++) {
      candidates.add(
          counted[i] > 0 && counted[i] <= slice.capacity
              ? collected(slice, i, counted[i])
              : chosen(slice, i, k, bounds[slice.from + i]));
    }
  }

  /** The thresholds of a slice's queries, infinite where maxima give none; empty when none do. */
  private float[] floors(Slice slice, int k, ErrorBound[] bounds) {
    int groups = slice.groups();
    if ((long) k * GROUPS_PER_HIT > groups) {
      return new float[0];
    }
    float[] best = new float[slice.count * groups];
    maxima.read((long) best.length * Float.BYTES);
    MemorySegment.copy(maxima.host(), ValueLayout.JAVA_FLOAT, 0, best, 0, best.length);
    float[] floors = new float[slice.count];
    for (int i = 0; i < slice.count; i++) {
      float kth = KthLargest.of(best, i * groups, groups, k);
      floors[i] =
          kth == Float.NEGATIVE_INFINITY
              ? Float.POSITIVE_INFINITY
              : bounds[slice.from + i].floor(kth);
    }
    return floors;
  }

  private boolean select(Slice slice, float[] floors) {
    long intBytes = (long) slice.count * Integer.BYTES;
    if (!thresholds.ensure(intBytes)
        || !counts.ensure(intBytes)
        || !found.ensure(slice.capacity * intBytes)) {
      return false;
    }
    MemorySegment.copy(floors, 0, thresholds.host(), ValueLayout.JAVA_FLOAT, 0, slice.count);
    thresholds.write(intBytes);
    counts.host().asSlice(0, intBytes).fill((byte) 0);
    counts.write(intBytes);
    device.select(
        new Selecting(
            scores.handle(),
            maxima.handle(),
            thresholds.handle(),
            counts.handle(),
            found.handle(),
            slice.count,
            slice.rows,
            slice.rowLimit,
            slice.capacity));
    return true;
  }

  private int[] collected(Slice slice, int query, int count) {
    int[] rows = new int[count];
    MemorySegment.copy(
        found.host(),
        ValueLayout.JAVA_INT,
        (long) query * slice.capacity * Integer.BYTES,
        rows,
        0,
        count);
    // They come in the order in which groups happened to run.
    Arrays.sort(rows);
    return rows;
  }

  private int[] chosen(Slice slice, int query, int k, ErrorBound bound) {
    float[] all = scoresOf(slice, query);
    float kth = KthLargest.of(all, 0, all.length, k);
    float floor = kth == Float.NEGATIVE_INFINITY ? -Float.MAX_VALUE : bound.floor(kth);
    int[] rows = new int[all.length];
    int count = 0;
    for (int row = 0; row < all.length; row++) {
      if (all[row] >= floor) {
        rows[count++] = row;
      }
    }
    return Arrays.copyOf(rows, count);
  }

  private float[] scoresOf(Slice slice, int query) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocate(ValueLayout.JAVA_FLOAT, slice.rows);
      device.read(scores.handle(), (long) query * slice.rowLimit * Float.BYTES, copy);
      return copy.toArray(ValueLayout.JAVA_FLOAT);
    }
  }
}
