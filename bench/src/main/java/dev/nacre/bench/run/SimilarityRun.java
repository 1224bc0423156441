package dev.nacre.bench.run;

import dev.nacre.bench.report.Percentiles;
import dev.nacre.bench.report.Report;
import dev.nacre.error.UnavailableException;
import dev.nacre.model.Metric;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.similarity.SimilarityProviders;
import dev.nacre.similarity.Vectors;
import dev.nacre.similarity.cuda.CudaDevice;
import dev.nacre.similarity.device.Batch;
import dev.nacre.similarity.device.Candidates;
import dev.nacre.similarity.device.Device;
import dev.nacre.similarity.device.DeviceOptions;
import dev.nacre.similarity.device.DeviceSimilarity;
import dev.nacre.similarity.device.ResidentRows;
import dev.nacre.similarity.opencl.OpenClDevice;
import dev.nacre.vector.exact.TopHits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;

/**
 * How many queries a second do exact scans answer by every provider that is there, one by one and
 * in batches, and how much of the memory's bandwidth does the host's scan use? One thread; a device
 * uses what it has. Every answer is the ten nearest with the host's scores, and the same.
 */
public final class SimilarityRun {
  private static final double BANDWIDTH_SHARE = .6;
  private static final int DIMENSION = 384;
  private static final int BATCH = 32;
  private static final int K = 10;
  private static final int RUN_ROWS = 256;
  private static final int BANDWIDTH_TURNS = 10;
  private static final double GIGA = 1e9;

  private final Report report;
  private final Scale scale;
  private final int rows;
  private final float[] queries = new float[BATCH * DIMENSION];
  private int[] expected = new int[0];
  private final SimilarityProvider simd = SimilarityProviders.choose("auto").provider();

  /** A run in {@code place}. */
  public SimilarityRun(Workplace place) {
    this.report = place.report();
    this.scale = place.scale();
    this.rows = scale.records();
  }

  /** Measures and prints. */
  public void run() throws Exception {
    report.section(
        String.format(Locale.ROOT, "Exact scans of %,d x %d, ten nearest", rows, DIMENSION));
    Random random = new Random(5);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment block = arena.allocate((long) rows * DIMENSION * Float.BYTES, 64);
      for (int row = 0; row < rows; row++) {
        MemorySegment.copy(
            vector(random),
            0,
            block,
            ValueLayout.JAVA_FLOAT,
            (long) row * DIMENSION * Float.BYTES,
            DIMENSION);
      }
      for (int query = 0; query < BATCH; query++) {
        System.arraycopy(vector(random), 0, queries, query * DIMENSION, DIMENSION);
      }
      bandwidth(block);
      for (SimilarityProvider provider : SimilarityProviders.present()) {
        host(provider, block);
      }
      device("opencl", OpenClDevice::open, block);
      device("cuda", CudaDevice::open, block);
    }
  }

  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return Vectors.prepared(Metric.COSINE, vector);
  }

  private void bandwidth(MemorySegment block) {
    try (Bandwidth memory = new Bandwidth(block.byteSize())) {
      double read = 0;
      double scanned = 0;
      // In turns, and the best of each: what else the machine does takes bandwidth from both.
      for (int turn = 0; turn < BANDWIDTH_TURNS * scale.rounds(); turn++) {
        read = Math.max(read, memory.measure());
        double micros = timed(() -> scan(simd, block, 1)).p50();
        scanned = Math.max(scanned, block.byteSize() / micros * 1e6);
      }
      report.row("memory, one thread reads", String.format(Locale.ROOT, "%6.2f GB/s", read / GIGA));
      report.row(
          "scan by " + simd.name() + ", one query",
          String.format(Locale.ROOT, "%6.2f GB/s", scanned / GIGA));
      report.atLeast("scan / memory bandwidth", scanned / read, BANDWIDTH_SHARE);
    }
  }

  private static Percentiles timed(Runnable work) {
    long before = System.nanoTime();
    work.run();
    double micros = (System.nanoTime() - before) / 1e3;
    return new Percentiles(1, micros, micros);
  }

  private void host(SimilarityProvider provider, MemorySegment block) throws Exception {
    List<Percentiles> rounds =
        InTurns.medians(
            scale.rounds(),
            _ -> timed(() -> scan(provider, block, 1)),
            _ -> timed(() -> scan(provider, block, BATCH)));
    print(provider.name(), rounds.getFirst(), 1);
    print(provider.name() + ", batches of " + BATCH, rounds.getLast(), BATCH);
  }

  private void device(String name, Supplier<Device> open, MemorySegment block) throws Exception {
    Device device;
    try {
      device = open.get();
    } catch (UnavailableException e) {
      report.row(name, "not measured: " + e.getMessage());
      return;
    }
    DeviceOptions options =
        DeviceOptions.DEFAULT.withRowsMin(1).withChunks(256L << 20, Long.MAX_VALUE);
    try (DeviceSimilarity similarity = new DeviceSimilarity(device, options);
        ResidentRows resident = similarity.resident(DIMENSION)) {
      report.row(name, similarity.description());
      List<Percentiles> rounds =
          InTurns.medians(
              scale.rounds(),
              _ -> timed(() -> search(similarity, resident, block, 1)),
              _ -> timed(() -> search(similarity, resident, block, BATCH)),
              _ -> timed(() -> searchOnce(similarity, block, 1)),
              _ -> timed(() -> searchOnce(similarity, block, BATCH)));
      print(name + ", rows resident", rounds.getFirst(), 1);
      print(name + ", rows resident, batches of " + BATCH, rounds.get(1), BATCH);
      print(name + ", rows uploaded each time", rounds.get(2), 1);
      print(name + ", rows uploaded each time, batches of " + BATCH, rounds.getLast(), BATCH);
    }
  }

  private void print(String label, Percentiles time, int batch) {
    report.row(
        label,
        String.format(
            Locale.ROOT,
            "%,10.1f queries/s   %,10.2f ms",
            batch / time.p50() * 1e6,
            time.p50() / 1e3));
  }

  private TopHits[] hits(int count) {
    TopHits[] hits = new TopHits[count];
    for (int query = 0; query < count; query++) {
      hits[query] = new TopHits(K, Integer::compare);
    }
    return hits;
  }

  private void scan(SimilarityProvider provider, MemorySegment block, int count) {
    TopHits[] hits = hits(count);
    float[] scores = new float[count * RUN_ROWS];
    for (int first = 0; first < rows; first += RUN_ROWS) {
      int run = Math.min(RUN_ROWS, rows - first);
      MemorySegment part = block.asSlice((long) first * DIMENSION * Float.BYTES);
      provider.innerProducts(queries, count, part, run, DIMENSION, scores);
      for (int query = 0; query < count; query++) {
        for (int row = 0; row < run; row++) {
          float score = scores[query * run + row];
          if (hits[query].admits(score)) {
            hits[query].offer(score, first + row, 0);
          }
        }
      }
    }
    check(hits);
  }

  private void search(
      DeviceSimilarity similarity, ResidentRows resident, MemorySegment block, int count) {
    long rowBytes = (long) DIMENSION * Float.BYTES;
    Candidates candidates =
        similarity.candidates(
            resident,
            (first, end, sink) ->
                sink.accept(block.asSlice(first * rowBytes, (end - first) * rowBytes), end - first),
            new Batch(false, queries, count, rows, K, null));
    if (candidates.end() != rows) {
      throw new IllegalStateException("the device compared " + candidates.end() + " rows");
    }
    TopHits[] hits = hits(count);
    float[] vector = new float[DIMENSION];
    float[] asked = new float[DIMENSION];
    for (int query = 0; query < count; query++) {
      System.arraycopy(queries, query * DIMENSION, asked, 0, DIMENSION);
      for (int row : candidates.rows(query)) {
        MemorySegment.copy(block, ValueLayout.JAVA_FLOAT, row * rowBytes, vector, 0, DIMENSION);
        hits[query].offer(simd.innerProduct(asked, vector), row, 0);
      }
    }
    check(hits);
  }

  private void searchOnce(DeviceSimilarity similarity, MemorySegment block, int count) {
    try (ResidentRows resident = similarity.resident(DIMENSION)) {
      search(similarity, resident, block, count);
    }
  }

  /** Every contender answers the same: the first one says what. */
  private void check(TopHits[] hits) {
    int[] best = new int[K];
    hits[0].sort();
    for (int i = 0; i < Math.min(K, hits[0].size()); i++) {
      best[i] = hits[0].key(i);
    }
    if (expected.length == 0) {
      expected = best;
    } else if (!Arrays.equals(expected, best)) {
      throw new IllegalStateException("contenders differ");
    }
  }
}
