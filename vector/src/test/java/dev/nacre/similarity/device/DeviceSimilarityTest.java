package dev.nacre.similarity.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Metric;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.similarity.SimilarityProviders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Budget, chunks, eviction, closing and failing: on a device that refuses what must not happen. */
class DeviceSimilarityTest {
  private static final int DIMENSION = 32;
  private static final long ROW_BYTES = DIMENSION * Float.BYTES;
  private static final DeviceOptions OPTIONS = DeviceContract.options();
  private static final SimilarityProvider HOST = SimilarityProviders.choose("simd").provider();

  private final AtomicLong clock = new AtomicLong();
  private final ModelDevice device = new ModelDevice(64L << 20);

  private DeviceSimilarity similarity(DeviceOptions options) {
    return new DeviceSimilarity(device, options, clock::get);
  }

  private static TestRows rows(int count, long seed) {
    return new TestRows(Metric.COSINE, DIMENSION, count, 2, 1, seed);
  }

  /** What device and host find together; returns how many rows the device compared. */
  @CanIgnoreReturnValue
  private static int check(
      DeviceSimilarity similarity, ResidentRows resident, TestRows rows, int count, int k) {
    Candidates candidates =
        similarity.candidates(resident, rows.source(), rows.batch(1, count, k, null));
    IntStream onDevice =
        candidates.end() == 0 ? IntStream.empty() : Arrays.stream(candidates.rows(0));
    assertArrayEquals(
        rows.nearest(HOST, 0, IntStream.range(0, count), k, null),
        rows.nearest(
            HOST,
            0,
            IntStream.concat(onDevice, IntStream.range(candidates.end(), count)),
            k,
            null));
    return candidates.end();
  }

  @Test
  void candidates_rowsKnown_uploadedOnce() {
    try (TestRows rows = rows(2000, 1);
        DeviceSimilarity similarity = similarity(OPTIONS);
        ResidentRows resident = similarity.resident(rows.stride())) {
      assertEquals(1500, check(similarity, resident, rows, 1500, 5));
      assertEquals(1500, check(similarity, resident, rows, 1500, 5));
      assertEquals(1500 * ROW_BYTES, similarity.use().uploadedBytes());
      assertEquals(2000, check(similarity, resident, rows, 2000, 5));
      assertEquals(2000 * ROW_BYTES, similarity.use().uploadedBytes());
      assertEquals(3, similarity.use().searches());
    }
  }

  @Test
  void candidates_fewRows_leftToTheHost() {
    try (TestRows rows = rows(2000, 1);
        DeviceSimilarity similarity = similarity(OPTIONS.withRowsMin(500));
        ResidentRows resident = similarity.resident(rows.stride())) {
      assertEquals(0, check(similarity, resident, rows, 499, 5));
      assertEquals(0, device.calls());
      assertEquals(1000, check(similarity, resident, rows, 1000, 5));
      // A short tail is compared by the host until it is worth uploading.
      assertEquals(1000, check(similarity, resident, rows, 1499, 5));
      assertEquals(1500, check(similarity, resident, rows, 1500, 5));
    }
  }

  @Test
  void candidates_largeBlock_uploadedBySeveralSearches() {
    DeviceOptions little = OPTIONS.withChunks(1 << 20, 600 * ROW_BYTES);
    try (TestRows rows = rows(2000, 2);
        DeviceSimilarity similarity = similarity(little);
        ResidentRows resident = similarity.resident(rows.stride())) {
      List<Integer> ends = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        ends.add(check(similarity, resident, rows, 2000, 5));
      }
      assertEquals(List.of(600, 1200, 1800, 2000), ends);
    }
  }

  @Test
  void candidates_smallChunks_eachScored() {
    try (TestRows rows = rows(1000, 3);
        DeviceSimilarity similarity = similarity(OPTIONS.withChunks(128 * ROW_BYTES, 1L << 30));
        ResidentRows resident = similarity.resident(rows.stride())) {
      assertEquals(1000, check(similarity, resident, rows, 1000, 5));
      assertEquals(8, device.scorings());
    }
  }

  @Test
  void candidates_beyondTheBudget_firstRowsByTheDeviceTheRestByTheHost() {
    long budget = 1 << 18;
    try (TestRows rows = rows(5000, 4);
        DeviceSimilarity similarity = similarity(OPTIONS.withBudgetBytes(budget));
        ResidentRows resident = similarity.resident(rows.stride())) {
      int end = check(similarity, resident, rows, 5000, 5);
      assertTrue(end >= 1000 && end < 2048, () -> "compared " + end);
      assertTrue(device.bytes() <= budget, () -> "taken " + device.bytes());
      assertEquals(device.bytes(), similarity.use().bytes());
      assertEquals(end, check(similarity, resident, rows, 5000, 5));
    }
  }

  @Test
  void candidates_budgetForNothing_hostComparesEverything() {
    try (TestRows rows = rows(500, 5);
        DeviceSimilarity similarity = similarity(OPTIONS.withBudgetBytes(100));
        ResidentRows resident = similarity.resident(rows.stride())) {
      assertEquals(0, check(similarity, resident, rows, 500, 5));
      assertEquals(0, device.bytes());
    }
  }

  @Test
  void candidates_deviceHasLessThanTheBudget_hostComparesTheRest() {
    ModelDevice small = new ModelDevice(1 << 18);
    try (TestRows rows = rows(5000, 6);
        DeviceSimilarity similarity = new DeviceSimilarity(small, OPTIONS);
        ResidentRows resident = similarity.resident(rows.stride())) {
      int end = check(similarity, resident, rows, 5000, 5);
      assertTrue(end < 2048, () -> "compared " + end);
      assertEquals(end, check(similarity, resident, rows, 5000, 5));
    }
  }

  @Test
  void candidates_twoBlocksAndRoomForOne_leastRecentlySearchedGoesOnceItMay() {
    DeviceOptions tight = OPTIONS.withBudgetBytes(1 << 18).withSpared(Duration.ofSeconds(10));
    try (TestRows rows = rows(1000, 7);
        TestRows others = rows(1000, 8);
        DeviceSimilarity similarity = similarity(tight);
        ResidentRows first = similarity.resident(rows.stride());
        ResidentRows second = similarity.resident(rows.stride())) {
      assertEquals(1000, check(similarity, first, rows, 1000, 5));
      int room = check(similarity, second, others, 1000, 5);
      assertTrue(room < 1000, () -> "there was room for " + room);
      assertEquals(0, similarity.use().evictions());
      clock.addAndGet(Duration.ofSeconds(11).toNanos());
      assertEquals(1000, check(similarity, second, others, 1000, 5));
      assertEquals(1, similarity.use().evictions());
      assertEquals(1000, similarity.use().residentRows());
      // What made room comes back when its time has come.
      clock.addAndGet(Duration.ofSeconds(11).toNanos());
      assertEquals(1000, check(similarity, first, rows, 1000, 5));
    }
  }

  @Test
  void candidates_numbersThatOverflow_leftToTheHost() {
    try (TestRows rows = new TestRows(Metric.DOT, DIMENSION, 300, 1, 1e25f, 9);
        DeviceSimilarity similarity = similarity(OPTIONS);
        ResidentRows resident = similarity.resident(rows.stride())) {
      assertEquals(
          0, similarity.candidates(resident, rows.source(), rows.batch(1, 300, 5, null)).end());
    }
  }

  @Test
  void close_everythingGivenBackAndRefusedAfterwards() {
    try (TestRows rows = rows(1000, 10)) {
      DeviceSimilarity similarity = similarity(OPTIONS);
      ResidentRows resident = similarity.resident(rows.stride());
      ResidentRows gone = similarity.resident(rows.stride());
      check(similarity, resident, rows, 1000, 5);
      check(similarity, gone, rows, 1000, 5);
      gone.close();
      gone.close();
      Batch batch = rows.batch(1, 1000, 5, null);
      assertThrows(
          DatabaseClosedException.class, () -> similarity.candidates(gone, rows.source(), batch));
      assertEquals(1000, similarity.use().residentRows());
      similarity.close();
      similarity.close();
      assertEquals(0, device.bytes());
      assertTrue(device.isClosed());
      assertThrows(
          DatabaseClosedException.class,
          () -> similarity.candidates(resident, rows.source(), batch));
      resident.close();
    }
  }

  @Test
  void close_whileOthersSearch_eachAnswersOrIsRefused() throws Exception {
    try (TestRows rows = rows(3000, 11);
        ExecutorService pool = Executors.newFixedThreadPool(3)) {
      DeviceSimilarity similarity = similarity(OPTIONS);
      ResidentRows resident = similarity.resident(rows.stride());
      CountDownLatch searched = new CountDownLatch(6);
      List<Future<Integer>> searchers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        searchers.add(
            pool.submit(
                () -> {
                  while (true) {
                    check(similarity, resident, rows, 3000, 5);
                    searched.countDown();
                  }
                }));
      }
      searched.await();
      similarity.close();
      for (Future<Integer> searcher : searchers) {
        ExecutionException e = assertThrows(ExecutionException.class, searcher::get);
        assertTrue(e.getCause() instanceof DatabaseClosedException, () -> "" + e.getCause());
      }
      assertEquals(0, device.bytes());
    }
  }

  @Test
  void candidates_anyCallFails_namedAndNotCalledAgain() {
    int call = 0;
    boolean failed = true;
    while (failed) {
      ModelDevice lost = new ModelDevice(64L << 20);
      try (TestRows rows = rows(1000, 12)) {
        DeviceSimilarity similarity = new DeviceSimilarity(lost, OPTIONS);
        ResidentRows resident = similarity.resident(rows.stride());
        lost.failAfter(call);
        Batch batch = rows.batch(1, 1000, 5, null);
        failed = fails(similarity, resident, rows, batch);
        if (failed) {
          int calls = lost.calls();
          UnavailableException again =
              assertThrows(
                  UnavailableException.class,
                  () -> similarity.candidates(resident, rows.source(), batch));
          assertEquals("7", again.details().get("code"));
          assertTrue(String.valueOf(again.getMessage()).contains("MODEL_LOST"));
          assertEquals(calls, lost.calls());
        }
        lost.failAfter(Integer.MAX_VALUE / 2);
        similarity.close();
        assertEquals(0, lost.bytes());
        assertTrue(lost.isClosed());
      }
      call++;
    }
    assertTrue(call > 15, "only " + call + " calls failed");
  }

  private static boolean fails(
      DeviceSimilarity similarity, ResidentRows resident, TestRows rows, Batch batch) {
    try {
      assertEquals(1000, similarity.candidates(resident, rows.source(), batch).end());
      return false;
    } catch (UnavailableException e) {
      assertEquals("7", e.details().get("code"));
      assertTrue(e.details().containsKey("call"));
      return true;
    }
  }

  @Test
  void close_givingBackFails_theRestIsGivenBack() {
    try (TestRows rows = rows(1000, 13)) {
      DeviceSimilarity similarity = similarity(OPTIONS);
      ResidentRows resident = similarity.resident(rows.stride());
      check(similarity, resident, rows, 1000, 5);
      device.failAfter(0);
      similarity.close();
      assertTrue(device.isClosed());
      assertFalse(device.bytes() > 2000 * ROW_BYTES);
    }
  }

  @Test
  void options_outOfRange_refused() {
    assertThrows(ValidationException.class, () -> OPTIONS.withBudgetBytes(0));
    assertThrows(ValidationException.class, () -> OPTIONS.withChunks(0, 1));
    assertThrows(ValidationException.class, () -> OPTIONS.withChunks(1, 0));
    assertThrows(ValidationException.class, () -> OPTIONS.withWorkspaceBytes(0));
    assertThrows(ValidationException.class, () -> OPTIONS.withRowsMin(0));
    assertThrows(ValidationException.class, () -> OPTIONS.withSpared(Duration.ofNanos(-1)));
    assertThrows(
        IllegalArgumentException.class, () -> new Batch(false, new float[16], 0, 1, 1, null));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Batch(false, new float[16], 1, 65, 1, new long[1]));
  }
}
