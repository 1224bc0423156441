package dev.nacre.cli;

import dev.nacre.filter.Filter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --where}. */
final class WhereOption {
  @Option(
      names = "--where",
      paramLabel = "FILTER",
      converter = ConditionConverter.class,
      description =
          "Only records that match, as in \"price < 10 and tags contains 'red'\"; the grammar is in"
              + " docs/reference/filters.md. May be repeated: all must hold.")
  private List<Filter> conditions = List.of();

  WhereOption() {}

  /** What must hold, or null. */
  @Nullable Filter filter() {
    return switch (conditions.size()) {
      case 0 -> null;
      case 1 -> conditions.getFirst();
      default -> Filter.and(conditions.toArray(Filter[]::new));
    };
  }
}
