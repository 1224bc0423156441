package dev.nacre.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Metadata;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The text of a filter is the filter, garbage is refused by type, and a naive reading agrees. */
class FilterGrammarPropertyTest {
  @Property(tries = 2_000)
  void text_readsBackAsTheSameFilter(@ForAll("filters") Filter filter) {
    Filter read = Filter.parse(filter.text());
    assertEquals(RandomFilters.unwrapped(filter), read, filter.text());
    assertEquals(filter.text(), read.text());
    assertEquals(filter.text(), filter.toString());
  }

  @Property(tries = 1_000)
  void text_isReadInAnyCaseOfItsKeywords(
      @ForAll("filters") Filter filter, @ForAll("metadata") Metadata metadata) {
    String spaced = " \n\t" + filter.text().replace(" and ", "\n AND ").replace(" or ", " oR\t");
    boolean matches = Filter.parse(spaced).matches(metadata);
    assertEquals(filter.matches(metadata), matches, spaced);
  }

  @Property(tries = 2_000)
  void matches_agreesWithANaiveReading(
      @ForAll("filters") Filter filter, @ForAll("metadata") Metadata metadata) {
    assertEquals(NaiveFilter.matches(filter, metadata), filter.matches(metadata), filter::text);
  }

  @Property(tries = 4_000)
  void garbage_isRefusedWithItsPlace(@ForAll("garbage") String text) {
    try {
      Filter read = Filter.parse(text);
      assertEquals(read, Filter.parse(read.text()));
    } catch (ValidationException e) {
      long lines = text.chars().filter(c -> c == '\n').count() + 1;
      int line = Integer.parseInt(Objects.requireNonNull(e.details().get("line")));
      int column = Integer.parseInt(Objects.requireNonNull(e.details().get("column")));
      assertTrue(line >= 1 && line <= lines, e.getMessage());
      assertTrue(column >= 1 && column <= text.length() + 1, e.getMessage());
      String[] shown = Objects.requireNonNull(e.getMessage()).split("\n", -1);
      assertEquals("^", shown[shown.length - 1].strip());
    }
  }

  @Provide
  Arbitrary<Filter> filters() {
    return RandomFilters.filters();
  }

  @Provide
  Arbitrary<Metadata> metadata() {
    return RandomFilters.metadata();
  }

  /** Random characters, random tokens, and texts of filters with something wrong. */
  @Provide
  Arbitrary<String> garbage() {
    Arbitrary<String> tokens =
        Arbitraries.of(
                "a",
                "`b c`",
                "and",
                "or",
                "not",
                "(",
                ")",
                "=",
                "<",
                "<>",
                "!",
                "in",
                "is",
                "null",
                "between",
                "contains",
                "starts",
                "with",
                "exists",
                "timestamp",
                "true",
                "1",
                "-",
                "2.5e3",
                "'x'",
                "\"",
                "'",
                "`",
                ",",
                "\\",
                "\n",
                "😀",
                "\ud800",
                "\u0000",
                "=1")
            .list()
            .ofMaxSize(12)
            .map(parts -> String.join(" ", parts));
    Arbitrary<String> characters = Arbitraries.strings().all().ofMaxLength(20);
    Arbitrary<String> broken =
        RandomFilters.filters()
            .flatMap(
                filter ->
                    Arbitraries.integers()
                        .between(0, filter.text().length())
                        .flatMap(
                            at ->
                                Arbitraries.of(List.of("", "(", "'", "=", "\ud800", " x "))
                                    .map(
                                        wrong ->
                                            filter.text().substring(0, at)
                                                + wrong
                                                + filter
                                                    .text()
                                                    .substring(
                                                        Math.min(
                                                            at + 1, filter.text().length())))));
    return Arbitraries.oneOf(tokens, characters, broken);
  }
}
