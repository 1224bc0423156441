package dev.nacre.filter;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Metadata;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Checks and comparisons of metadata scalars. */
final class Scalars {
  private Scalars() {}

  /** Refuses a name that no field of metadata can have. */
  static void checkField(String field) {
    var _ = checked(field, true);
  }

  /** The values as metadata would keep them. */
  static List<Object> checkedAll(String field, List<?> values) {
    checkField(field);
    List<Object> kept = new ArrayList<>(values.size());
    for (@Nullable Object value : values) {
      kept.add(checked(field, value));
    }
    return List.copyOf(kept);
  }

  /** The value as metadata would keep it: a String, Boolean, Long or Double. */
  static Object checked(String field, @Nullable Object value) {
    Object kept = Metadata.of(Collections.singletonMap(field, value)).get(field).orElseThrow();
    if (kept instanceof List) {
      throw new ValidationException(
          "filter on \"" + field + "\" compares with a list; use in(...) for membership",
          Map.of("field", field));
    }
    return kept;
  }

  /** The value as metadata would keep it: a String, Long or Double. */
  static Object ordered(String field, Object value) {
    Object kept = checked(field, value);
    if (kept instanceof Boolean) {
      throw new ValidationException(
          "filter on \"" + field + "\" orders by a boolean; booleans have no order, use eq",
          Map.of("field", field));
    }
    return kept;
  }

  static boolean any(Metadata metadata, String field, Predicate<Object> test) {
    Optional<Object> found = metadata.get(field);
    if (found.isEmpty()) {
      return false;
    }
    return found.get() instanceof List<?> elements
        ? elements.stream().anyMatch(test)
        : test.test(found.get());
  }

  static boolean equal(Object element, Object value) {
    if (element instanceof Number left && value instanceof Number right) {
      return compare(left, right) == 0;
    }
    return element.equals(value);
  }

  static boolean ordered(Object element, Filter.Order order, Object value) {
    int sign;
    if (element instanceof Number left && value instanceof Number right) {
      sign = compare(left, right);
    } else if (element instanceof String left && value instanceof String right) {
      sign = compareByCodePoint(left, right);
    } else {
      return false;
    }
    return switch (order) {
      case LT -> sign < 0;
      case LE -> sign <= 0;
      case GT -> sign > 0;
      case GE -> sign >= 0;
    };
  }

  private static int compare(Number left, Number right) {
    if (left instanceof Long a && right instanceof Long b) {
      return Long.compare(a, b);
    }
    if (left instanceof Double a && right instanceof Double b) {
      // Not Double.compare: −0.0 equals 0.0 here, and NaN is never stored.
      double x = a;
      double y = b;
      if (x == y) {
        return 0;
      }
      return x < y ? -1 : 1;
    }
    // A long beyond 2^53 is not a double: compare exactly.
    return exact(left).compareTo(exact(right));
  }

  private static BigDecimal exact(Number number) {
    return number instanceof Long integer
        ? BigDecimal.valueOf(integer)
        : new BigDecimal(number.doubleValue());
  }

  /**
   * UTF-16 order differs from code point order, which is also the order of keys, beyond the basic
   * plane.
   */
  private static int compareByCodePoint(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean surrogateA = Character.isSurrogate(a);
        boolean surrogateB = Character.isSurrogate(b);
        if (surrogateA != surrogateB) {
          return surrogateA ? 1 : -1;
        }
        return Character.compare(a, b);
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
