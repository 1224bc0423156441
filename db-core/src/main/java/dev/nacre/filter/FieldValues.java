package dev.nacre.filter;

import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * How filters see single values, for indexes: values in this order meet {@link Filter.Compare} up
 * to a place or from a place on.
 */
public final class FieldValues {
  private FieldValues() {}

  /** Strings by code point, numbers exactly. Only values of one of these kinds may be compared. */
  public static Comparator<Object> order() {
    return Scalars::compare;
  }

  /** The instant that a value is taken for where one is compared with, or null when it is none. */
  public static @Nullable Instant instant(Object value) {
    return value instanceof String text ? Instants.parse(text) : null;
  }
}
