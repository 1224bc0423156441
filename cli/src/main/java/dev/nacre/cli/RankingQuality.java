package dev.nacre.cli;

import java.util.List;
import java.util.Set;

/**
 * How well rankings put the relevant documents first: averages over questions of the first ten
 * hits, any judged document counting the same.
 *
 * @param ndcg normalised discounted cumulative gain at 10: 1 when the relevant come first
 * @param recall share of the relevant among the first 10
 */
record RankingQuality(double ndcg, double recall) {
  /** How many hits are looked at. */
  static final int DEPTH = 10;

  /** The averages over {@code rankings}, each judged by the set at the same place. */
  static RankingQuality of(List<List<String>> rankings, List<Set<String>> relevant) {
    double ndcg = 0;
    double recall = 0;
    for (int i = 0; i < rankings.size(); i++) {
      ndcg += ndcg(rankings.get(i), relevant.get(i));
      recall += recall(rankings.get(i), relevant.get(i));
    }
    return new RankingQuality(ndcg / rankings.size(), recall / rankings.size());
  }

  private static double ndcg(List<String> ranking, Set<String> relevant) {
    double gained = 0;
    double best = 0;
    for (int rank = 0; rank < DEPTH; rank++) {
      double gain = Math.log(2) / Math.log(rank + 2.0);
      if (rank < ranking.size() && relevant.contains(ranking.get(rank))) {
        gained += gain;
      }
      if (rank < relevant.size()) {
        best += gain;
      }
    }
    return gained / best;
  }

  private static double recall(List<String> ranking, Set<String> relevant) {
    long found = ranking.stream().limit(DEPTH).filter(relevant::contains).count();
    return (double) found / relevant.size();
  }
}
