package dev.nacre.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.model.Metadata;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The laws of logic, and comparisons against naive ones. */
class FilterPropertyTest {
  @Property(tries = 500)
  void deMorgan(
      @ForAll("filters") Filter a, @ForAll("filters") Filter b, @ForAll("metadata") Metadata m) {
    assertEquals(
        Filter.not(Filter.and(a, b)).matches(m),
        Filter.or(Filter.not(a), Filter.not(b)).matches(m));
    assertEquals(
        Filter.not(Filter.or(a, b)).matches(m),
        Filter.and(Filter.not(a), Filter.not(b)).matches(m));
    assertEquals(a.matches(m), Filter.not(Filter.not(a)).matches(m));
    assertEquals(a.matches(m) && b.matches(m), Filter.and(a, b).matches(m));
    assertEquals(a.matches(m) || b.matches(m), Filter.or(a, b).matches(m));
  }

  @Property(tries = 500)
  void neIsTheNegationOfEq_andInIsAnyEq(
      @ForAll("scalars") Object x, @ForAll("scalars") Object y, @ForAll("metadata") Metadata m) {
    assertEquals(!Filter.eq("a", x).matches(m), Filter.ne("a", x).matches(m));
    assertEquals(
        Filter.eq("a", x).matches(m) || Filter.eq("a", y).matches(m),
        Filter.in("a", List.of(x, y)).matches(m));
  }

  @Property(tries = 1_000)
  void orderings_agreeWithExactComparison(
      @ForAll("orderables") Object x, @ForAll("orderables") Object y) {
    Metadata m = Metadata.of("a", x);
    if (x instanceof String != y instanceof String) {
      assertEquals(false, Filter.or(Filter.le("a", y), Filter.ge("a", y)).matches(m));
      return;
    }
    int expected =
        x instanceof String
            ? Arrays.compareUnsigned(utf8(x), utf8(y))
            : decimal(x).compareTo(decimal(y));
    assertEquals(expected < 0, Filter.lt("a", y).matches(m));
    assertEquals(expected <= 0, Filter.le("a", y).matches(m));
    assertEquals(expected > 0, Filter.gt("a", y).matches(m));
    assertEquals(expected >= 0, Filter.ge("a", y).matches(m));
    assertEquals(expected == 0, Filter.eq("a", y).matches(m));
  }

  private static byte[] utf8(Object text) {
    return ((String) text).getBytes(StandardCharsets.UTF_8);
  }

  private static BigDecimal decimal(Object number) {
    return number instanceof Double d ? new BigDecimal(d) : BigDecimal.valueOf((Long) number);
  }

  @Provide
  Arbitrary<Object> orderables() {
    Arbitrary<Object> texts =
        Arbitraries.of("", "a", "b", "é", "\ud7ff", "\ue000", "\uffff", "😀", "𝄞", "\u0000")
            .list()
            .ofMaxSize(3)
            .map(parts -> String.join("", parts));
    Arbitrary<Object> longs =
        Arbitraries.oneOf(
                Arbitraries.longs(), Arbitraries.longs().between((1L << 53) - 4, (1L << 53) + 4))
            .map(number -> (Object) number);
    Arbitrary<Object> doubles =
        Arbitraries.oneOf(
                Arbitraries.doubles(),
                Arbitraries.of(0.0, -0.0, 0x1p53, 0x1p63, -0x1p63, Double.MAX_VALUE, 1e-300),
                Arbitraries.longs().map(number -> (double) number))
            .map(number -> (Object) number);
    return Arbitraries.oneOf(texts, longs, doubles);
  }

  @Provide
  Arbitrary<Object> scalars() {
    return Arbitraries.of("", "x", "😀", 0, 1, 2, 1.0, 0.5, -0.0, true, false);
  }

  @Provide
  Arbitrary<Metadata> metadata() {
    Arbitrary<Object> values =
        Arbitraries.oneOf(scalars(), scalars().list().ofMaxSize(3).map(list -> (Object) list));
    return Arbitraries.maps(Arbitraries.of("a", "b", "c"), values)
        .ofMaxSize(3)
        .map((Map<String, Object> fields) -> Metadata.of(fields));
  }

  @Provide
  Arbitrary<Filter> filters() {
    Arbitrary<String> fields = Arbitraries.of("a", "b", "c");
    Arbitrary<Object> ordered = scalars().filter(value -> !(value instanceof Boolean));
    Arbitrary<Filter> leaves =
        Arbitraries.oneOf(
            Combinators.combine(fields, scalars()).as(Filter::eq),
            Combinators.combine(fields, scalars()).as(Filter::ne),
            Combinators.combine(fields, ordered).as(Filter::lt),
            Combinators.combine(fields, ordered).as(Filter::ge),
            Combinators.combine(fields, scalars().list().ofMaxSize(3)).as(Filter::in),
            fields.map(Filter::exists));
    return Arbitraries.recursive(
        () -> leaves,
        inner ->
            Arbitraries.oneOf(
                inner.map(Filter::not),
                inner.array(Filter[].class).ofMaxSize(3).map(Filter::and),
                inner.array(Filter[].class).ofMaxSize(3).map(Filter::or)),
        0,
        3);
  }
}
