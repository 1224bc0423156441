package dev.nacre.filter;

import dev.nacre.model.Metadata;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Makes filters of every kind, and metadata that they sometimes match. */
final class RandomFilters {
  private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

  private RandomFilters() {}

  /** Names, also such as need backticks. */
  static Arbitrary<String> fields() {
    return Arbitraries.of("a", "b", "c.d", "not", "my `field`", "größe", "x\ny");
  }

  /** Values that metadata can hold. */
  static Arbitrary<Object> scalars() {
    return Arbitraries.of(
        "",
        "x",
        "xy",
        "it's \"so\" \\",
        "😀\n\u0001",
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00.000000001+01:00",
        "2025-12-31T23:59:59.999999999Z",
        0L,
        1L,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        1.0,
        0.5,
        -0.0,
        0x1p63,
        1e-300,
        true,
        false);
  }

  private static Arbitrary<Object> instants() {
    return Arbitraries.of(
        NEW_YEAR,
        NEW_YEAR.plusNanos(1),
        NEW_YEAR.minusNanos(1),
        Instant.parse("0000-01-01T00:00:00Z"),
        Instant.parse("9999-12-31T23:59:59.999999999Z"));
  }

  /** Values that a filter can compare with. */
  static Arbitrary<Object> operands() {
    return Arbitraries.frequencyOf(Tuple.of(3, scalars()), Tuple.of(1, instants()));
  }

  static Arbitrary<Metadata> metadata() {
    Arbitrary<Object> values =
        Arbitraries.oneOf(scalars(), scalars().list().ofMaxSize(3).map(list -> (Object) list));
    return Arbitraries.maps(fields(), values)
        .ofMaxSize(4)
        .map((Map<String, Object> fields) -> Metadata.of(fields));
  }

  /** Filters of every kind, some deep. */
  static Arbitrary<Filter> filters() {
    Arbitrary<Object> ordered = operands().filter(value -> !(value instanceof Boolean));
    Arbitrary<Filter> between =
        Combinators.combine(fields(), ordered, ordered)
            .filter((field, low, high) -> kind(low).equals(kind(high)))
            .as(Filter::between);
    Arbitrary<Filter> leaves =
        Arbitraries.oneOf(
            Combinators.combine(fields(), operands()).as(Filter::eq),
            Combinators.combine(fields(), operands()).as(Filter::ne),
            Combinators.combine(fields(), Arbitraries.of(Filter.Order.class), ordered)
                .as(Filter.Compare::new),
            between,
            Combinators.combine(fields(), operands().list().ofMaxSize(3)).as(Filter::in),
            Combinators.combine(fields(), operands()).as(Filter::contains),
            Combinators.combine(fields(), Arbitraries.of("", "x", "2026", "😀"))
                .as(Filter::startsWith),
            fields().map(Filter::exists));
    return Arbitraries.recursive(
        () -> leaves,
        inner ->
            Arbitraries.oneOf(
                inner.map(Filter::not),
                inner.list().ofMaxSize(3).map(Filter.And::new),
                inner.list().ofMaxSize(3).map(Filter.Or::new)),
        0,
        4);
  }

  /** The same with conjunctions and disjunctions of one part replaced by that part. */
  static Filter unwrapped(Filter filter) {
    return switch (filter) {
      case Filter.Condition condition -> condition;
      case Filter.Not not -> Filter.not(unwrapped(not.filter()));
      case Filter.And and ->
          and.filters().size() == 1
              ? unwrapped(and.filters().getFirst())
              : new Filter.And(all(and.filters()));
      case Filter.Or or ->
          or.filters().size() == 1
              ? unwrapped(or.filters().getFirst())
              : new Filter.Or(all(or.filters()));
    };
  }

  private static List<Filter> all(List<Filter> filters) {
    return filters.stream().map(RandomFilters::unwrapped).toList();
  }

  private static String kind(Object value) {
    return value instanceof Number ? "number" : value.getClass().getSimpleName();
  }
}
