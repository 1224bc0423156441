package dev.nacre.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterParserTest {
  private static final Filter A = Filter.eq("a", 1);
  private static final Filter B = Filter.eq("b", 2);
  private static final Filter C = Filter.eq("c", 3);

  @Test
  void operators_readAsTheirFilters() {
    Map<String, Filter> expected =
        Map.ofEntries(
            Map.entry("a = 1", A),
            Map.entry("a==1", A),
            Map.entry("a != 1", Filter.ne("a", 1)),
            Map.entry("a<>1", Filter.ne("a", 1)),
            Map.entry("a<-1", Filter.lt("a", -1)),
            Map.entry("a <= 1.5", Filter.le("a", 1.5)),
            Map.entry("a>+1", Filter.gt("a", 1)),
            Map.entry("a >= 6e23", Filter.ge("a", 6e23)),
            Map.entry("a in (1, 'x', true)", Filter.in("a", List.of(1, "x", true))),
            Map.entry("a NOT IN ()", Filter.not(Filter.in("a", List.of()))),
            Map.entry("a between 1 and 2", Filter.between("a", 1, 2)),
            Map.entry("a not between 1 and 2", Filter.not(Filter.between("a", 1, 2))),
            Map.entry("tags contains \"red\"", Filter.contains("tags", "red")),
            Map.entry("tags not contains 'red'", Filter.not(Filter.contains("tags", "red"))),
            Map.entry("a starts with 'x'", Filter.startsWith("a", "x")),
            Map.entry("a not starts with 'x'", Filter.not(Filter.startsWith("a", "x"))),
            Map.entry("a is null", Filter.isNull("a")),
            Map.entry("a = null", Filter.isNull("a")),
            Map.entry("a Is Not Null", Filter.exists("a")),
            Map.entry("a != null", Filter.exists("a")),
            Map.entry("a exists", Filter.exists("a")),
            Map.entry("exists a", Filter.exists("a")),
            Map.entry("exists(a)", Filter.exists("a")),
            Map.entry("a = false", Filter.eq("a", false)),
            Map.entry("true", Filter.and()),
            Map.entry("FALSE", Filter.or()));
    expected.forEach((text, filter) -> assertEquals(filter, Filter.parse(text), text));
  }

  @Test
  void orBindsLoosest_thenAnd_thenNot() {
    assertEquals(
        Filter.or(A, Filter.and(B, Filter.not(C))), Filter.parse("a=1 or b=2 and not c=3"));
    assertEquals(
        Filter.and(Filter.or(A, B), Filter.not(Filter.or(B, C))),
        Filter.parse("(a=1 OR b=2) AND NOT (b=2 or c=3)"));
    assertEquals(Filter.and(A, B, C), Filter.parse("a=1 and b=2 and c=3"));
    assertEquals(Filter.and(Filter.and(A, B), C), Filter.parse("(a=1 and b=2) and c=3"));
    assertEquals(Filter.not(Filter.not(A)), Filter.parse("not not ((a=1))"));
    // The first "and" belongs to the range.
    assertEquals(
        Filter.and(Filter.between("a", 1, 2), B), Filter.parse("a between 1 and 2 and b = 2"));
  }

  @Test
  void texts_inBothQuotes_withEscapes() {
    Map<String, String> expected =
        Map.of(
            "'it''s'", "it's",
            "\"say \"\"a\"\"\"", "say \"a\"",
            "'\\'\\\"\\\\'", "'\"\\",
            "\"\\n\\t\\r\\u00e9\\/\"", "\n\t\ré/",
            "'\\ud83d\\ude00'", "😀",
            "'a\nb'", "a\nb",
            "''", "");
    expected.forEach(
        (text, value) -> assertEquals(Filter.eq("f", value), Filter.parse("f = " + text), text));
  }

  @Test
  void fields_areWordsWithDots_orAnythingInBackticks() {
    for (String plain : List.of("author.name", "dc:title", "size-kb", "$x", "_1", "größe", "数量")) {
      assertEquals(Filter.eq(plain, 1), Filter.parse(plain + " = 1"), plain);
    }
    assertEquals(Filter.eq("my field", 1), Filter.parse("`my field` = 1"));
    assertEquals(Filter.eq("a`b", 1), Filter.parse("`a``b` = 1"));
    assertEquals(Filter.exists("and"), Filter.parse("exists `and`"));
    assertEquals(Filter.eq("1st", true), Filter.parse("`1st`=true"));
  }

  @Test
  void numbers_keepTheirKind() {
    assertInstanceOf(Long.class, ((Filter.Eq) Filter.parse("a = 1")).value());
    assertInstanceOf(Double.class, ((Filter.Eq) Filter.parse("a = 1.0")).value());
    assertEquals(Filter.eq("a", Long.MIN_VALUE), Filter.parse("a = -9223372036854775808"));
  }

  @Test
  void instants_areTimestamps() {
    assertEquals(
        Filter.lt("at", Instant.parse("2026-01-01T00:00:00Z")),
        Filter.parse("at < timestamp \"2026-01-01T01:00:00+01:00\""));
    assertEquals(
        Filter.between(
            "at", Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-01-02T00:00:00.5Z")),
        Filter.parse(
            "at between TIMESTAMP '2026-01-01T00:00:00Z' and timestamp '2026-01-02 00:00:00.5z'"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          section = net            | 1 | 11 | expected a value (texts stand in quotes), found "net"
          price <                  | 1 |  8 | expected a value, found the end
          price 10                 | 1 |  7 | expected an operator
          a = 1 b = 2              | 1 |  7 | expected "and", "or" or the end, found "b"
          (a = 1                   | 1 |  7 | expected "and", "or" or ")", found the end
          a = 1)                   | 1 |  6 | expected "and", "or" or the end, found ")"
          "a" = 1                  | 1 |  1 | expected a field name (without quotes, or in backticks)
          in = 1                   | 1 |  1 | expected a field name (a word of the grammar is one in backticks)
          a in 1                   | 1 |  6 | expected "(" and a list of values
          a in (1 2)               | 1 |  9 | expected "," or ")", found "2"
          a in (1, null)           | 1 | 10 | nothing is compared with null
          a < null                 | 1 |  5 | nothing is compared with null
          a not = 1                | 1 |  7 | expected "in", "between", "contains" or "starts with"
          a is 1                   | 1 |  6 | expected "null" or "not null"
          a between 1 or 2         | 1 | 13 | expected "and" and the upper bound
          a between 1 and 'x'      | 1 |  1 | both have to be of the same kind
          a < true                 | 1 |  5 | booleans have no order
          a starts 'x'             | 1 | 10 | expected "with"
          a starts with 1          | 1 | 15 | expected a text in quotes
          a = 'x                   | 1 |  5 | this text has no ' at its end
          a = '\\d'                | 1 |  6 | this escape means nothing
          a = '\\u12'              | 1 |  6 | four hexadecimal digits
          a = '\\ud800'            | 1 |  1 | half of a surrogate pair
          `a = 1                   | 1 |  1 | no backtick at its end
          `` = 1                   | 1 |  1 | 0 characters
          a = 1.                   | 1 |  5 | this is no number
          a = 12abc                | 1 |  5 | this is no number
          a = 9223372036854775808  | 1 |  5 | outside 64 bits
          a = 1e999                | 1 |  5 | beyond the largest double
          a = 1 && b = 2           | 1 |  7 | write "and"
          a ! 1                    | 1 |  3 | write "!=" or "not"
          a = timestamp 'today'    | 1 | 15 | no RFC 3339 time
          a = timestamp 5          | 1 | 15 | expected a time in quotes
          a ; 1                    | 1 |  3 | ";" means nothing here
          """)
  void problems_nameThePlaceAndWhatWasExpected(String text, int line, int column, String what) {
    ValidationException e =
        assertThrows(ValidationException.class, () -> Filter.parse(text.strip()));
    String message = Objects.requireNonNull(e.getMessage());
    assertTrue(message.contains(what), message);
    assertEquals(
        Map.of("line", Integer.toString(line), "column", Integer.toString(column)), e.details());
    String[] lines = message.split("\n", -1);
    assertEquals("  " + text.strip(), lines[1]);
    assertEquals(" ".repeat(column + 1) + "^", lines[2]);
  }

  @Test
  void problem_showsItsLineOnly_andCutsALongOne() {
    ValidationException e =
        assertThrows(
            ValidationException.class, () -> Filter.parse("a = 1\n  and 😀 = 2\n  or b = 3"));
    assertEquals(
        "the filter cannot be read at line 2, column 7: \"😀\" means nothing here; field names with"
            + " such characters are written in backticks, texts in quotes\n"
            + "    and 😀 = 2\n"
            + "        ^",
        e.getMessage());
    String many = "a = 1 and ".repeat(50);
    String shown =
        Objects.requireNonNull(
            assertThrows(ValidationException.class, () -> Filter.parse(many + "! " + many))
                .getMessage());
    String[] lines = shown.split("\n", -1);
    assertEquals('!', lines[1].charAt(lines[2].indexOf('^')));
    assertTrue(lines[1].length() < 90, lines[1]);
    assertTrue(lines[1].startsWith("  …") && lines[1].endsWith("…"), lines[1]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "\n\n"})
  void nothing_isRefused(String text) {
    ValidationException e = assertThrows(ValidationException.class, () -> Filter.parse(text));
    assertEquals(Map.of("line", "1", "column", "1"), e.details());
  }

  @Test
  void depth_isBounded() {
    int most = Filter.DEPTH_MAX;
    for (String open : List.of("(", "not ", "not (")) {
      String close = open.endsWith("(") ? ")" : "";
      int fits = open.equals("not (") ? most / 2 : most - 1;
      var _ = Filter.parse(open.repeat(fits) + "a=1" + close.repeat(fits));
      ValidationException e =
          assertThrows(
              ValidationException.class,
              () -> Filter.parse(open.repeat(100_000) + "a=1" + close.repeat(100_000)));
      assertTrue(String.valueOf(e.getMessage()).contains("levels deep"), e.getMessage());
    }
    String alternating = "(a=1 or b=2 and ".repeat(most) + "c=3" + ")".repeat(most);
    assertThrows(ValidationException.class, () -> Filter.parse(alternating));
  }

  @Test
  void length_isBounded() {
    String longest = "a = '" + "x".repeat(Filter.TEXT_MAX - 6) + "'";
    assertEquals(longest.replace('\'', '"'), Filter.parse(longest).text());
    assertThrows(ValidationException.class, () -> Filter.parse(longest + " "));
  }
}
