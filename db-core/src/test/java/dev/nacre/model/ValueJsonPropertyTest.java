package dev.nacre.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.error.SerializationException;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ValueJsonPropertyTest {
  /** Any tree of data comes back as itself, and its text as the same text. */
  @Property(tries = 300)
  void json_anyTree_roundTrips(@ForAll("trees") Object tree) {
    Value.Json value = Value.json(tree);
    assertEquals(tree, value.as(Object.class));
    assertEquals(value.asString(), Value.json(value.asString()).asString());
    assertEquals(value, Value.json(value.asTree()));
  }

  /** Any text is kept exactly or refused with our own failure, whatever it holds. */
  @Property(tries = 1_000)
  void json_anyText_isKeptOrRefused(@ForAll("texts") String text) {
    try {
      assertEquals(text, Value.json(text).asString());
    } catch (SerializationException e) {
      assertEquals(dev.nacre.error.ErrorCode.SERIALIZATION, e.code());
    }
  }

  @Provide
  Arbitrary<Object> trees() {
    Arbitrary<String> names =
        Arbitraries.strings()
            .withCharRange('a', 'e')
            .withChars('"', '\\', 'é', '€', '\u0000', '\uFFFF')
            .ofMaxLength(5);
    Arbitrary<Object> scalars =
        Arbitraries.oneOf(
            names.map(name -> (Object) name),
            Arbitraries.integers().map(number -> (Object) number),
            Arbitraries.longs()
                .greaterOrEqual(Integer.MAX_VALUE + 1L)
                .map(number -> (Object) number),
            Arbitraries.doubles().map(number -> (Object) number),
            Arbitraries.of(true, false).map(flag -> (Object) flag));
    return Arbitraries.recursive(
        () -> scalars,
        inner ->
            Arbitraries.oneOf(
                inner.list().ofMaxSize(4).map(list -> (Object) List.copyOf(list)),
                Arbitraries.maps(names, inner).ofMaxSize(4).map(map -> (Object) Map.copyOf(map))),
        0,
        4);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "u",
            "d8",
            "00",
            "dc00",
            "1",
            "-",
            ".",
            "e",
            "9223372036854775808",
            "null",
            "true",
            "NaN",
            "/",
            "*",
            " ",
            "\n",
            "\"a\"",
            "\"a\":",
            "é",
            "😀",
            "\ud800",
            "\u0000",
            "\uFEFF")
        .list()
        .ofMaxSize(10)
        .map(parts -> String.join("", parts));
  }
}
