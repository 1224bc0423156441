package dev.nacre.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void percentiles_ofOneToTenThousand_areExact() {
    Latencies odd = new Latencies();
    Latencies even = new Latencies();
    for (int i = 10_000; i > 0; i--) {
      (i % 2 == 0 ? even : odd).add(i * 1_000L);
    }

    assertEquals(new Percentiles(10_000, 5_000, 9_900), Latencies.percentiles(List.of(odd, even)));
  }

  @Test
  void percentiles_ofOne_isThatOne() {
    Latencies latencies = new Latencies();
    latencies.add(7_000);

    assertEquals(new Percentiles(1, 7, 7), latencies.percentiles());
  }

  @Test
  void percentiles_ofNothing_areRefused() {
    assertThrows(IllegalStateException.class, new Latencies()::percentiles);
  }

  @Test
  void median_isTheMiddle() {
    assertEquals(3, Percentiles.median(9, 3, 1));
    assertEquals(2, Percentiles.median(3, 1));
  }
}
