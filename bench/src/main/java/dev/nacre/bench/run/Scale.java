package dev.nacre.bench.run;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param rounds times each contender is measured, in turns; medians are reported
 * @param round how long a round of puts lasts
 * @param gets look-ups a round
 * @param records records that are looked up among
 * @param queries searches a round
 */
public record Scale(int rounds, Duration round, int gets, int records, int queries) {
  /** What the documentation quotes. */
  public static final Scale FULL = new Scale(5, Duration.ofSeconds(4), 200_000, 100_000, 1_000);

  /** Whether everything works, in a minute or two; the figures mean little. */
  public static final Scale QUICK = new Scale(3, Duration.ofMillis(500), 20_000, 10_000, 200);

  /** Whether everything runs, in seconds. */
  public static final Scale TINY = new Scale(1, Duration.ofMillis(50), 200, 200, 10);
}
