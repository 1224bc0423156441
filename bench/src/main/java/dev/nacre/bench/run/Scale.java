package dev.nacre.bench.run;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured.
 *
 * @param rounds times each contender is measured, in turns; medians are reported
 * @param round how long a round of puts lasts
 * @param gets look-ups a round
 * @param records records that are looked up among
 * @param queries searches a round
 * @param depth versions of a record with a long history
 * @param sizes records of the stores that are compared, ascending
 * @param namespaces how many are many
 */
public record Scale(
    int rounds,
    Duration round,
    int gets,
    int records,
    int queries,
    int depth,
    List<Integer> sizes,
    int namespaces) {
  /** What the documentation quotes. Five rounds of puts last a minute. */
  public static final Scale FULL =
      new Scale(
          5,
          Duration.ofSeconds(12),
          200_000,
          100_000,
          1_000,
          1_000,
          List.of(10_000, 1_000_000, 5_000_000),
          50_000);

  /** Whether everything works, in a minute or two; the figures mean little. */
  public static final Scale QUICK =
      new Scale(
          3, Duration.ofMillis(500), 20_000, 10_000, 200, 100, List.of(10_000, 100_000), 5_000);

  /** Whether everything runs, in seconds. */
  public static final Scale TINY =
      new Scale(1, Duration.ofMillis(50), 200, 200, 10, 3, List.of(100, 300), 20);
}
