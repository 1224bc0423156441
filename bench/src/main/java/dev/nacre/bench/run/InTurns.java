package dev.nacre.bench.run;

import dev.nacre.bench.report.Percentiles;
import java.util.ArrayList;
import java.util.List;

/** Contenders that are measured in turns, so that what else the machine does meets all of them. */
final class InTurns {
  private static final int WARM_UP = 2;

  private InTurns() {}

  /** A round of one contender. */
  @FunctionalInterface
  interface Round {
    /** Measures; {@code seed} is the same for every contender of a turn. */
    Percentiles measure(int seed) throws Exception;
  }

  /** The medians over {@code rounds} of each contender, in their order, after warming up. */
  static List<Percentiles> medians(int rounds, Round... contenders) throws Exception {
    List<List<Percentiles>> measured = new ArrayList<>();
    for (Round _ : contenders) {
      measured.add(new ArrayList<>());
    }
    for (int turn = -WARM_UP; turn < rounds; turn++) {
      for (int i = 0; i < contenders.length; i++) {
        Percentiles round = contenders[i].measure(turn);
        if (turn >= 0) {
          measured.get(i).add(round);
        }
      }
    }
    return measured.stream().map(Percentiles::median).toList();
  }
}
