package dev.nacre.bench.run;

import dev.nacre.bench.report.Latencies;
import dev.nacre.bench.report.Percentiles;
import java.util.ArrayList;
import java.util.List;

/** Runs queries one after the other, times each, and counts right answers. */
final class Searches {
  private Searches() {}

  /** One search. */
  @FunctionalInterface
  interface Search {
    /** The keys found for query {@code number}, best first. */
    List<String> keys(int number) throws Exception;
  }

  /**
   * What a contender got.
   *
   * @param latencies of single searches
   * @param recall the share of right answers that it found
   */
  record Outcome(Percentiles latencies, double recall) {
    /** The medians over rounds. */
    static Outcome median(List<Outcome> rounds) {
      return new Outcome(
          Percentiles.median(rounds.stream().map(Outcome::latencies).toList()),
          Percentiles.median(rounds.stream().mapToDouble(Outcome::recall).toArray()));
    }
  }

  /** One round of the first {@code count} queries. */
  static Outcome round(int count, Truth truth, Search search) throws Exception {
    Latencies latencies = new Latencies();
    List<List<String>> found = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long before = System.nanoTime();
      List<String> keys = search.keys(i);
      latencies.add(System.nanoTime() - before);
      found.add(keys);
    }
    // Judged afterwards: it would drive the index out of the processor's caches.
    int right = 0;
    for (int i = 0; i < count; i++) {
      right += truth.right(i, found.get(i));
    }
    return new Outcome(latencies.percentiles(), (double) right / truth.expected(count));
  }
}
