package dev.nacre.filter;

import dev.nacre.model.Metadata;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What filters mean, written the slow and plain way. */
final class NaiveFilter {
  private NaiveFilter() {}

  static boolean matches(Filter filter, Metadata metadata) {
    return switch (filter) {
      case Filter.And and -> {
        boolean all = true;
        for (Filter part : and.filters()) {
          all &= matches(part, metadata);
        }
        yield all;
      }
      case Filter.Or or -> {
        boolean any = false;
        for (Filter part : or.filters()) {
          any |= matches(part, metadata);
        }
        yield any;
      }
      case Filter.Not not -> !matches(not.filter(), metadata);
      case Filter.Eq eq -> anyIs(elements(metadata, eq.field()), eq.value(), "=");
      case Filter.Ne ne -> !anyIs(elements(metadata, ne.field()), ne.value(), "=");
      case Filter.Compare compare ->
          anyIs(
              elements(metadata, compare.field()),
              compare.value(),
              switch (compare.order()) {
                case LT -> "<";
                case LE -> "<=";
                case GT -> ">";
                case GE -> ">=";
              });
      case Filter.Between between ->
          elements(metadata, between.field()).stream()
              .anyMatch(
                  element -> is(element, between.low(), ">=") && is(element, between.high(), "<="));
      case Filter.In in ->
          in.values().stream().anyMatch(value -> anyIs(elements(metadata, in.field()), value, "="));
      case Filter.Contains contains -> {
        Optional<Object> found = metadata.get(contains.field());
        if (found.orElse(0) instanceof String text) {
          yield contains.value() instanceof String part && text.indexOf(part) >= 0;
        }
        yield found.orElse(0) instanceof List
            && anyIs(elements(metadata, contains.field()), contains.value(), "=");
      }
      case Filter.StartsWith starts ->
          elements(metadata, starts.field()).stream()
              .anyMatch(
                  element -> element instanceof String text && text.indexOf(starts.prefix()) == 0);
      case Filter.Exists exists -> metadata.asMap().containsKey(exists.field());
    };
  }

  private static List<Object> elements(Metadata metadata, String field) {
    Object found = metadata.asMap().get(field);
    if (found == null) {
      return List.of();
    }
    return found instanceof List<?> many ? new ArrayList<>(many) : List.of(found);
  }

  private static boolean anyIs(List<Object> elements, Object value, String operator) {
    return elements.stream().anyMatch(element -> is(element, value, operator));
  }

  private static boolean is(Object element, Object value, String operator) {
    Optional<Integer> sign = sign(element, value);
    return sign.isPresent()
        && switch (operator) {
          case "=" -> sign.get() == 0;
          case "<" -> sign.get() < 0;
          case "<=" -> sign.get() <= 0;
          case ">" -> sign.get() > 0;
          default -> sign.get() >= 0;
        };
  }

  /** How two values are ordered, or nothing when they are of different kinds. */
  private static Optional<Integer> sign(Object element, Object value) {
    if (element instanceof Number && value instanceof Number) {
      return Optional.of(exact(element).compareTo(exact(value)));
    }
    if (element instanceof Boolean && value instanceof Boolean) {
      return Optional.of(element.equals(value) ? 0 : 1);
    }
    if (element instanceof String text && value instanceof String other) {
      return Optional.of(
          Arrays.compareUnsigned(
              text.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8)));
    }
    if (element instanceof String text && value instanceof Instant instant) {
      try {
        return Optional.of(OffsetDateTime.parse(text).toInstant().compareTo(instant));
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static BigDecimal exact(Object number) {
    return number instanceof Double real ? new BigDecimal(real) : new BigDecimal(number.toString());
  }
}
