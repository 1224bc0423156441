package dev.nacre.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nacre.error.ValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What declared fields read out of values, by example and against a walk over the whole tree. */
class DeclaredFieldsTest {
  private static final String DOCUMENT =
      """
      {"author": {"name": "Ada", "born": 1815, "score": 1.5, "alive": false, "email": null},
       "tags": ["red", 7, null, {"deep": 1}, ["nested"], true],
       "items": [{"price": 3, "sizes": [1, 2]}, {"name": "x"}, {"price": 4.5, "sizes": []}],
       "empty": [], "a b": {"c\\"d": 1}, "0": "zero", "größe": 9223372036854775807}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          $.author.name           | Ada
          $['author']["name"]     | Ada
          $.author.born           | 1815
          $.author.score          | 1.5
          $.author.alive          | false
          $.author.email          | null
          $.author                | null
          $.author.name.first     | null
          $.author[0]             | null
          $.nothing               | null
          $                       | null
          $.tags                  | [red, 7, true]
          $.tags[*]               | [red, 7, nested, true]
          $.tags[0]               | red
          $.tags[4]               | [nested]
          $.tags[2]               | null
          $.tags[6]               | null
          $.tags[*].deep          | [1]
          $.items[*].price        | [3, 4.5]
          $.items[1].name         | x
          $.items[*].sizes        | [1, 2]
          $.items[*].sizes[*]     | [1, 2]
          $.items[*].sizes[1]     | [2]
          $.items.price           | null
          $.empty                 | []
          $.empty[*]              | []
          $.empty[*].x            | []
          $["a b"]["c\\"d"]       | 1
          $.0                     | zero
          $.größe                 | 9223372036854775807
          """)
  void path_leadsTo(String path, String expected) {
    DeclaredFields fields = DeclaredFields.of(List.of(new DeclaredField("f", path)));
    Metadata read = fields.of(Metadata.EMPTY, Value.json(DOCUMENT));
    assertEquals(expected, read.get("f").map(String::valueOf).orElse("null"));
  }

  @Test
  void rootScalarsAndLists_areFields() {
    DeclaredFields fields = DeclaredFields.of(List.of(new DeclaredField("f", "$")));
    assertEquals(Optional.of("x"), fields.of(Metadata.EMPTY, Value.json("\"x\"")).get("f"));
    assertEquals(
        Optional.of(List.of(1L, 2.0)), fields.of(Metadata.EMPTY, Value.json("[1,2.0]")).get("f"));
    assertEquals(Metadata.EMPTY, fields.of(Metadata.EMPTY, Value.json("null")));
  }

  @Test
  void declaredNames_hideMetadata_evenWhereTheValueHasNone() {
    Metadata metadata = Metadata.of("a", 1, "b", 2);
    DeclaredFields fields =
        DeclaredFields.of(List.of(new DeclaredField("a", "$.x"), new DeclaredField("c", "$.y")));
    assertEquals(
        Metadata.of(Map.of("a", "new", "b", 2, "c", 3)),
        fields.of(metadata, Value.json("{\"x\":\"new\",\"y\":3}")));
    assertEquals(Metadata.of("b", 2), fields.of(metadata, Value.json("{}")));
    assertEquals(Metadata.of("b", 2), fields.of(metadata, Value.text("{\"x\":1}")));
    assertEquals(Metadata.of("b", 2), fields.of(metadata, null));
    assertEquals(metadata, DeclaredFields.NONE.of(metadata, Value.json("{\"x\":1}")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          author       | 1 | "$"
          $author      | 2 | ".", "[" or the end
          $.           | 3 | the name of a member
          $..a         | 3 | the name of a member
          $.a b        | 4 | ".", "[" or the end
          $[           | 3 | "*", a number
          $[-1]        | 3 | "*", a number
          $[1234567890]| 3 | "*", a number
          $[*          | 4 | "]"
          $[1x]        | 4 | "]"
          $['a]        | 6 | '
          $['a\\n']    | 6 | a backslash or a quote
          """)
  void paths_thatCannotBeRead_areRefusedWithThePlace(String path, int character, String expected) {
    ValidationException e =
        assertThrows(ValidationException.class, () -> new DeclaredField("f", path));
    assertTrue(
        String.valueOf(e.getMessage())
            .contains("character " + character + ": expected " + expected),
        e.getMessage());
    assertEquals("f", e.details().get("field"));
  }

  @Test
  void namesAndPaths_areBounded() {
    String longest = "$." + "x".repeat(DeclaredField.PATH_MAX - 2);
    assertEquals(longest, new DeclaredField("x".repeat(256), longest).path());
    assertThrows(ValidationException.class, () -> new DeclaredField("f", longest + "x"));
    assertThrows(ValidationException.class, () -> new DeclaredField("x".repeat(257), "$"));
    assertThrows(ValidationException.class, () -> new DeclaredField("", "$"));
    assertThrows(ValidationException.class, () -> new DeclaredField("\ud800", "$"));
    assertThrows(ValidationException.class, () -> new DeclaredField("f", "$['\ud800']"));
  }

  @Property(tries = 1_000)
  void fields_areWhatAWalkOverTheTreeFinds(
      @ForAll("documents") Object document, @ForAll("paths") List<String> paths) {
    List<DeclaredField> declared = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      declared.add(new DeclaredField("f" + i, paths.get(i)));
    }
    Value.Json value = Value.json(document);
    Metadata read = DeclaredFields.of(declared).of(Metadata.EMPTY, value);
    for (DeclaredField field : declared) {
      JsonPath path = JsonPath.parse(field.name(), field.path());
      assertEquals(
          naive(value.asTree(), path.steps()),
          read.get(field.name()),
          () -> field + " of " + value);
    }
  }

  private static Optional<Object> naive(JsonNode root, List<JsonPath.Step> steps) {
    List<JsonNode> at = List.of(root);
    boolean many = false;
    for (JsonPath.Step step : steps) {
      List<JsonNode> next = new ArrayList<>();
      for (JsonNode node : at) {
        switch (step) {
          case JsonPath.Step.Member member -> {
            if (node.isObject() && node.has(member.name())) {
              next.add(node.get(member.name()));
            }
          }
          case JsonPath.Step.Element element -> {
            if (node.isArray() && node.has(element.index())) {
              next.add(node.get(element.index()));
            }
          }
          case JsonPath.Step.Every _ -> {
            many |= node.isArray();
            if (node.isArray()) {
              node.forEach(next::add);
            }
          }
        }
      }
      at = next;
    }
    List<Object> found = new ArrayList<>();
    for (JsonNode node : at) {
      many |= node.isArray();
      (node.isArray() ? node : List.of(node)).forEach(leaf -> scalar(leaf).ifPresent(found::add));
    }
    return many ? Optional.of(found) : found.stream().findFirst();
  }

  private static Optional<Object> scalar(JsonNode node) {
    if (node.isTextual()) {
      return Optional.of(node.textValue());
    }
    if (node.isBoolean()) {
      return Optional.of(node.booleanValue());
    }
    if (node.isIntegralNumber()) {
      return Optional.of(node.longValue());
    }
    return node.isNumber() ? Optional.of(node.doubleValue()) : Optional.empty();
  }

  @Provide
  Arbitrary<List<String>> paths() {
    return Arbitraries.of(".a", ".b", "[*]", "[0]", "[1]", "['c d']")
        .list()
        .ofMaxSize(4)
        .map(steps -> "$" + String.join("", steps))
        .list()
        .ofMinSize(1)
        .ofMaxSize(5);
  }

  @Provide
  Arbitrary<Object> documents() {
    Arbitrary<Object> scalars =
        Arbitraries.of("x", "", 1, Long.MIN_VALUE, 0.5, -0.0, true, Optional.empty());
    return Arbitraries.recursive(
            () -> scalars,
            inner ->
                Arbitraries.oneOf(
                    inner.list().ofMaxSize(3).map(list -> (Object) list),
                    Combinators.combine(
                            Arbitraries.of("a", "b", "c d"),
                            inner,
                            Arbitraries.of("a", "b", "e"),
                            inner)
                        .as(
                            (k1, v1, k2, v2) ->
                                k1.equals(k2) ? Map.of(k1, v1) : Map.of(k1, v1, k2, v2))),
            0,
            5)
        .map(DeclaredFieldsTest::withNulls);
  }

  /** Nothing stands for null, which maps and lists here cannot hold. */
  private static Object withNulls(Object tree) {
    return Value.json(text(tree)).asTree();
  }

  private static String text(Object tree) {
    return switch (tree) {
      case Optional<?> _ -> "null";
      case List<?> list ->
          "[" + String.join(",", list.stream().map(DeclaredFieldsTest::text).toList()) + "]";
      case Map<?, ?> map ->
          "{"
              + String.join(
                  ",",
                  map.entrySet().stream()
                      .map(e -> "\"" + e.getKey() + "\":" + text(e.getValue()))
                      .toList())
              + "}";
      case String string -> "\"" + string + "\"";
      default -> tree.toString();
    };
  }
}
