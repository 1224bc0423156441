package dev.nacre.filter;

import dev.nacre.error.ValidationException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Walks over trees of filters. They are bounded in depth, so that walking never runs out of stack.
 */
final class Filters {
  private Filters() {}

  /** A copy of the parts of a filter that does not nest too deep. */
  static List<Filter> checked(List<Filter> parts) {
    List<Filter> kept = List.copyOf(parts);
    for (Filter part : kept) {
      if (depth(part) >= Filter.DEPTH_MAX) {
        throw new ValidationException(
            "the filter nests more than " + Filter.DEPTH_MAX + " levels deep",
            Map.of("max", Integer.toString(Filter.DEPTH_MAX)));
      }
    }
    return kept;
  }

  private static int depth(Filter filter) {
    return switch (filter) {
      case Filter.Condition _ -> 1;
      case Filter.Not not -> 1 + depth(not.filter());
      case Filter.And and -> 1 + deepest(and.filters());
      case Filter.Or or -> 1 + deepest(or.filters());
    };
  }

  private static int deepest(List<Filter> parts) {
    int most = 0;
    for (Filter part : parts) {
      most = Math.max(most, depth(part));
    }
    return most;
  }

  /** Adds the names of the fields that a filter looks at. */
  static void collect(Filter filter, Set<String> names) {
    switch (filter) {
      case Filter.Condition condition -> names.add(condition.field());
      case Filter.Not not -> collect(not.filter(), names);
      case Filter.And and -> and.filters().forEach(part -> collect(part, names));
      case Filter.Or or -> or.filters().forEach(part -> collect(part, names));
    }
  }
}
