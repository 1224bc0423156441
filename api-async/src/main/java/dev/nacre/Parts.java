package dev.nacre;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Copies the collections in requests; a null, of the collection or in it, is named. */
final class Parts {
  private Parts() {}

  static <T> List<T> list(List<T> values, String name) {
    check(values, name);
    return List.copyOf(values);
  }

  /** The same value twice counts once. */
  static <T> Set<T> set(Collection<T> values, String name) {
    check(values, name);
    return Set.copyOf(values);
  }

  private static void check(Collection<?> values, String name) {
    requireNonNull(values, name);
    for (Object value : values) {
      requireNonNull(value, name);
    }
  }
}
