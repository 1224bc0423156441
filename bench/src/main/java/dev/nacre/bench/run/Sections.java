package dev.nacre.bench.run;

import dev.nacre.bench.data.Dataset;
import dev.nacre.bench.data.TextRow;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The field that filters are measured by. */
final class Sections {
  private Sections() {}

  /** The section whose share of all rows is nearest to {@code share}. */
  static String nearest(Dataset data, double share) {
    Map<String, Long> counts =
        data.rows().stream()
            .map(TextRow::section)
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    double wanted = share * data.rows().size();
    return counts.entrySet().stream()
        .min(
            Comparator.<Map.Entry<String, Long>>comparingDouble(
                    entry -> Math.abs(Math.log(entry.getValue() / wanted)))
                .thenComparing(Map.Entry::getKey))
        .orElseThrow()
        .getKey();
  }

  /** The rows of a section. */
  static Set<Integer> rows(Dataset data, String section) {
    Set<Integer> rows = new HashSet<>();
    for (int i = 0; i < data.rows().size(); i++) {
      if (data.rows().get(i).section().equals(section)) {
        rows.add(i);
      }
    }
    return rows;
  }
}
