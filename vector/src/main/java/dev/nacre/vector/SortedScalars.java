package dev.nacre.vector;

import dev.nacre.filter.FieldValues;
import dev.nacre.filter.Filter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The different scalars of a field, strings and numbers in order, so that a comparison marks those
 * between two places that are searched for by halving. Immutable, but for the order in time, which
 * is made when an instant is first compared with.
 */
final class SortedScalars {
  private final Object[] scalars;
  private final int strings;
  private final int numbers;

  /** The strings that are times, in their order. */
  private volatile int @Nullable [] times;

  /** A scalar, and where it stood before they were put in order. */
  private record Placed(Object scalar, int former) {}

  private SortedScalars(Object[] scalars, int strings, int numbers) {
    this.scalars = scalars;
    this.strings = strings;
    this.numbers = numbers;
  }

  /**
   * Puts different scalars in order.
   *
   * @param places receives, for each of {@code found}, its place from now on
   */
  static SortedScalars of(List<Object> found, int[] places) {
    List<Placed> strings = new ArrayList<>();
    List<Placed> numbers = new ArrayList<>();
    List<Placed> others = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      Object scalar = found.get(i);
      Placed placed = new Placed(scalar, i);
      if (scalar instanceof String) {
        strings.add(placed);
      } else if (scalar instanceof Number) {
        numbers.add(placed);
      } else {
        others.add(placed);
      }
    }
    Comparator<Placed> order = Comparator.comparing(Placed::scalar, FieldValues.order());
    strings.sort(order);
    numbers.sort(order);
    Object[] scalars = new Object[found.size()];
    int place = 0;
    for (List<Placed> kind : List.of(strings, numbers, others)) {
      for (Placed placed : kind) {
        places[placed.former] = place;
        scalars[place++] = placed.scalar;
      }
    }
    return new SortedScalars(scalars, strings.size(), numbers.size());
  }

  int size() {
    return scalars.length;
  }

  /** The strings are at the places below this. */
  int strings() {
    return strings;
  }

  Object get(int place) {
    return scalars[place];
  }

  /** Bytes taken, about; the scalars themselves belong to the metadata. */
  long bytes() {
    return 8L * scalars.length;
  }

  /**
   * A mark for each scalar that meets a condition by itself. For {@link Filter.Ne} and {@link
   * Filter.Contains} those that equal its value.
   */
  boolean[] meeting(Filter.Condition condition) {
    boolean[] marks = new boolean[scalars.length];
    switch (condition) {
      case Filter.Eq eq -> markEqual(eq.field(), eq.value(), marks);
      case Filter.Ne ne -> markEqual(ne.field(), ne.value(), marks);
      case Filter.Contains contains -> markEqual(contains.field(), contains.value(), marks);
      case Filter.In in -> in.values().forEach(value -> markEqual(in.field(), value, marks));
      case Filter.Between between ->
          mark(
              below(between.field(), between.low()),
              upTo(between.field(), between.high()),
              between.low(),
              marks);
      case Filter.Compare compare -> {
        String field = compare.field();
        Object value = compare.value();
        switch (compare.order()) {
          case LT, LE -> mark(null, compare, value, marks);
          case GT -> mark(upTo(field, value), null, value, marks);
          case GE -> mark(below(field, value), null, value, marks);
        }
      }
      case Filter.StartsWith starts -> {
        int place = firstNot(below(starts.field(), starts.prefix()), 0, strings, at -> at);
        while (place < strings && starts.holds(scalars[place])) {
          marks[place++] = true;
        }
      }
      case Filter.Exists _ -> Arrays.fill(marks, true);
    }
    return marks;
  }

  private static Filter.Condition below(String field, Object value) {
    return new Filter.Compare(field, Filter.Order.LT, value);
  }

  private static Filter.Condition upTo(String field, Object value) {
    return new Filter.Compare(field, Filter.Order.LE, value);
  }

  private void markEqual(String field, Object value, boolean[] marks) {
    if (value instanceof Boolean) {
      for (int place = strings + numbers; place < scalars.length; place++) {
        marks[place] |= scalars[place].equals(value);
      }
    } else {
      mark(below(field, value), upTo(field, value), value, marks);
    }
  }

  /**
   * Marks what {@code upTo} holds for and {@code below} does not, among the scalars that compare
   * with a value; null for no bound.
   */
  private void mark(
      Filter.@Nullable Condition below,
      Filter.@Nullable Condition upTo,
      Object value,
      boolean[] marks) {
    IntUnaryOperator placeAt = at -> at;
    int from = 0;
    int to = strings;
    if (value instanceof Number) {
      from = strings;
      to = strings + numbers;
    } else if (value instanceof Instant) {
      int[] inTime = times();
      placeAt = at -> inTime[at];
      to = inTime.length;
    }
    int first = below == null ? from : firstNot(below, from, to, placeAt);
    int end = upTo == null ? to : firstNot(upTo, first, to, placeAt);
    for (int at = first; at < end; at++) {
      marks[placeAt.applyAsInt(at)] = true;
    }
  }

  /** The first of the places in [from, to) that a condition, which holds up to there, does not. */
  private int firstNot(Filter.Condition condition, int from, int to, IntUnaryOperator placeAt) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (condition.holds(scalars[placeAt.applyAsInt(middle)])) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int[] times() {
    int[] known = times;
    if (known == null) {
      List<Placed> found = new ArrayList<>();
      for (int place = 0; place < strings; place++) {
        Instant instant = FieldValues.instant(scalars[place]);
        if (instant != null) {
          found.add(new Placed(instant, place));
        }
      }
      found.sort(Comparator.comparing(placed -> (Instant) placed.scalar));
      known = found.stream().mapToInt(Placed::former).toArray();
      // Two threads may both make it: the same.
      times = known;
    }
    return known;
  }
}
