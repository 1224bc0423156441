package dev.nacre.filter;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Metadata;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Checks and comparisons of metadata scalars. */
final class Scalars {
  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private Scalars() {}

  /** Refuses a name that no field of metadata can have. */
  static void checkField(String field) {
    var _ = Metadata.of(Collections.singletonMap(field, true));
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

  /** The value as metadata would keep it, a String, Boolean, Long or Double; or an Instant. */
  static Object checked(String field, @Nullable Object value) {
    if (value instanceof Instant instant) {
      checkField(field);
      if (instant.isBefore(FIRST) || instant.isAfter(LAST)) {
        throw new ValidationException(
            "filter on \""
                + field
                + "\" compares with the time "
                + instant
                + "; texts of RFC 3339 have the years 0 to 9999",
            Map.of("field", field));
      }
      return instant;
    }
    Object kept = Metadata.of(Collections.singletonMap(field, value)).get(field).orElseThrow();
    if (kept instanceof List) {
      throw new ValidationException(
          "filter on \"" + field + "\" compares with a list; use in(...) for membership",
          Map.of("field", field));
    }
    return kept;
  }

  /** The value as metadata would keep it, a String, Long or Double; or an Instant. */
  static Object ordered(String field, Object value) {
    Object kept = checked(field, value);
    if (kept instanceof Boolean) {
      throw new ValidationException(
          "filter on \"" + field + "\" orders by a boolean; booleans have no order, use eq",
          Map.of("field", field));
    }
    return kept;
  }

  /** Refuses bounds of which no value can be within both. */
  static void checkSameKind(String field, Object low, Object high) {
    boolean same =
        low instanceof Number ? high instanceof Number : low.getClass() == high.getClass();
    if (!same) {
      throw new ValidationException(
          "filter on \""
              + field
              + "\" has a range from "
              + kind(low)
              + " to "
              + kind(high)
              + "; both have to be of the same kind",
          Map.of("field", field));
    }
  }

  private static String kind(Object value) {
    return switch (value) {
      case String _ -> "a string";
      case Instant _ -> "a time";
      default -> "a number";
    };
  }

  /** Whether the value of a field, or one of its elements, passes a test; null never does. */
  static boolean any(@Nullable Object found, Predicate<Object> test) {
    if (found instanceof List<?> elements) {
      for (Object element : elements) {
        if (test.test(element)) {
          return true;
        }
      }
      return false;
    }
    return found != null && test.test(found);
  }

  static boolean equal(Object element, Object value) {
    if (element instanceof Number left && value instanceof Number right) {
      return compare(left, right) == 0;
    }
    if (value instanceof Instant instant) {
      return element instanceof String text && instant.equals(Instants.parse(text));
    }
    return element.equals(value);
  }

  static boolean ordered(Object element, Filter.Order order, Object value) {
    int sign;
    if (element instanceof Number left && value instanceof Number right) {
      sign = compare(left, right);
    } else if (element instanceof String left && value instanceof String right) {
      sign = compareByCodePoint(left, right);
    } else if (element instanceof String left && value instanceof Instant right) {
      Instant instant = Instants.parse(left);
      if (instant == null) {
        return false;
      }
      sign = instant.compareTo(right);
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

  /** Compares two strings, or two numbers. */
  static int compare(Object left, Object right) {
    return left instanceof String text
        ? compareByCodePoint(text, (String) right)
        : compare((Number) left, (Number) right);
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
