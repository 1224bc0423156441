package dev.nacre.bench.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ClusteredTest {
  @Test
  void make_sameSeed_isTheSameAndOfLengthOne() {
    Dataset made = Clustered.make("clustered", 50, 5, 16, 4, 1);
    Dataset again = Clustered.make("clustered", 50, 5, 16, 4, 1);

    assertArrayEquals(made.base().rows(), again.base().rows());
    assertArrayEquals(made.queries().rows(), again.queries().rows());
    assertEquals(50, made.base().size());
    assertEquals(5, made.queries().size());
    for (float[] row : made.base().rows()) {
      double squares = 0;
      for (float x : row) {
        squares += (double) x * x;
      }
      assertEquals(1, squares, 1e-5);
    }
  }
}
