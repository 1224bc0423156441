package dev.nacre.vector.exact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows keep what was appended, across chunk boundaries, until the last reader has gone. */
class VectorBlockTest {
  private final MemoryMeter meter = new MemoryMeter();

  private static float[] row(int value, int stride) {
    float[] row = new float[stride];
    row[0] = value;
    row[stride - 1] = -value;
    return row;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 384, 4096})
  void append_manyRows_allReadBack(int dimension) {
    VectorBlock block = new VectorBlock(dimension, meter);
    int stride = (dimension + 15) / 16 * 16;
    int count = 3 * Math.max(16, Integer.highestOneBit((4 << 20) / (stride * 4))) + 5;
    count = Math.min(count, 140_000);
    for (int i = 0; i < count; i++) {
      assertEquals(i, block.append(i * 2, i + 1, row(i, stride)));
    }
    float[] read = new float[stride];
    for (int i = 0; i < count; i++) {
      block.copy(i, read);
      assertEquals(i, read[0]);
      assertEquals(-i, read[stride - 1]);
      assertEquals(i * 2, block.key(i));
      assertEquals(i + 1, block.from(i));
      assertEquals(VectorBlock.LIVE, block.to(i));
    }
    assertEquals(block.bytes(), meter.bytes());
    assertTrue(block.bytes() >= (long) count * stride * 4);
    assertTrue(block.bytes() <= 2L * count * stride * 4 + (5 << 20));
    block.release();
    assertEquals(0, meter.bytes());
  }

  @Test
  void runs_anyRange_everyRowOnceInOrder() {
    VectorBlock block = new VectorBlock(3, meter);
    for (int i = 0; i < 200; i++) {
      int _ = block.append(i, 1, row(i, 16));
    }
    for (int most : new int[] {1, 7, 64, 1000}) {
      for (int first : new int[] {0, 15, 16, 33}) {
        List<Float> seen = new ArrayList<>();
        block.runs(
            first,
            150,
            most,
            (start, floats, count) -> {
              assertTrue(count <= most);
              assertEquals(first + seen.size(), start);
              assertEquals(0, floats.address() % 64);
              for (int i = 0; i < count; i++) {
                seen.add(floats.getAtIndex(ValueLayout.JAVA_FLOAT, i * 16L));
              }
            });
        assertEquals(150 - first, seen.size());
        assertEquals(first, seen.getFirst());
        assertEquals(149, seen.getLast());
      }
    }
    block.runs(5, 5, 10, (start, floats, count) -> assertEquals(-1, start));
    block.release();
  }

  @Test
  void end_row_isCountedAndKept() {
    VectorBlock block = new VectorBlock(16, meter);
    int _ = block.append(0, 1, row(1, 16));
    block.end(0, 9);
    assertEquals(9, block.to(0));
    assertEquals(1, block.ended());
    float[] read = new float[16];
    block.copy(0, read);
    assertArrayEquals(row(1, 16), read);
    block.release();
  }

  @Test
  void release_readerStillThere_memoryWaits() {
    VectorBlock block = new VectorBlock(16, meter);
    int _ = block.append(0, 1, row(1, 16));
    List<MemorySegment> seen = new ArrayList<>();
    block.runs(0, 1, 1, (first, floats, count) -> seen.add(floats));
    assertTrue(block.tryRetain());
    block.release();
    assertFalse(block.isFreed());
    assertEquals(1, seen.getFirst().get(ValueLayout.JAVA_FLOAT, 0));
    block.release();
    assertTrue(block.isFreed());
    assertFalse(block.tryRetain());
    assertThrows(IllegalStateException.class, block::retain);
    assertThrows(IllegalStateException.class, block::release);
    assertThrows(IllegalStateException.class, () -> seen.getFirst().get(ValueLayout.JAVA_FLOAT, 0));
  }
}
