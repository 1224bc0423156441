package dev.nacre.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.error.SerializationException;
import dev.nacre.error.ValidationException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What JSON is taken, kept byte for byte, and what is refused with its place. */
class ValueJsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "0",
        "-0",
        "-0.0",
        "9223372036854775807",
        "-9223372036854775808",
        "1.7976931348623157e308",
        "0.1000000000000000055511151231257827021181583404541015625",
        "1E+2",
        "1e-400",
        "\"\"",
        "\"\\u0041\\n\\/\\ud83d\\ude00 😀 \\\\ud800\"",
        "[]",
        "{}",
        " {\"b\" : 1.50, \"a\":[ 1 , 2,{\"\":null}]}\n\t ",
        "{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}]}",
        "{\"café\":\"\\u0000\", \"𝄞\": \"\u007f\uffff\"}"
      })
  void json_strictText_isKeptByteForByte(String text) {
    Value.Json value = Value.json(text);
    assertEquals(text, value.asString());
    assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), value.toByteArray());
    assertEquals(value, Value.json(text));
    assertEquals(value.asTree(), Value.json(value.asTree()).asTree());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  \n",
        "NaN",
        "[NaN]",
        "Infinity",
        "-Infinity",
        "+1",
        "+Infinity",
        "[1e400]",
        "-1e400",
        "{\"a\":9223372036854775808}",
        "18446744073709551616",
        "-9223372036854775809",
        "01",
        ".5",
        "5.",
        "0x10",
        "1e",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"b\":{\"c\":1,\"\\u0063\":2}}",
        "[1,]",
        "{\"a\":1,}",
        "[,1]",
        "[1 2]",
        "{\"a\" 1}",
        "{a:1}",
        "{'a':1}",
        "{1:1}",
        "'a'",
        "// c\n1",
        "/* c */ 1",
        "1 // c",
        "# c\n1",
        "1 2",
        "{} x",
        "{}{}",
        "[]]",
        "[1",
        "{\"a\":",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"line\nbreak\"",
        "\"\u0001\"",
        "tru",
        "nul",
        "True",
        "undefined",
        "\uFEFF1",
        "\u0000[\u0000]",
        "[\u0000]\u0000",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "{\"\\ud800\":1}"
      })
  void json_textThatIsNotStrict_isRefused(String text) {
    assertThrows(SerializationException.class, () -> Value.json(text));
  }

  @Test
  void json_halfOfASurrogatePair_isRefusedAndNotReplaced() {
    for (String half : List.of("\ud800", "\udc00", "\ud83d\ud83d\ude00", "\ude00\ud83d")) {
      assertThrows(SerializationException.class, () -> Value.json("\"" + half + "\""));
      assertThrows(SerializationException.class, () -> Value.json(List.of(half)));
      assertThrows(SerializationException.class, () -> Value.json(Map.of(half, 1)));
      assertThrows(ValidationException.class, () -> Value.text("a" + half));
    }
    assertEquals("😀", Value.text("😀").asString());
  }

  @Test
  void json_refusal_namesThePlace() {
    SerializationException thrown =
        assertThrows(SerializationException.class, () -> Value.json("{\"a\": 1,\n \"b\": NaN}"));
    assertTrue(String.valueOf(thrown.details().get("place")).startsWith("line 2"));
    SerializationException range =
        assertThrows(SerializationException.class, () -> Value.json("[123456789012345678901]"));
    assertTrue(range.toString().contains("123456789012345678901"));
  }

  @Test
  void json_nesting_isTakenTo512LevelsAndRefusedBeyond() {
    assertEquals(1024, Value.json("[".repeat(512) + "]".repeat(512)).length());
    assertThrows(SerializationException.class, () -> Value.json("[".repeat(513) + "]".repeat(513)));
    assertThrows(SerializationException.class, () -> Value.json("[".repeat(1_000_000)));
    assertThrows(SerializationException.class, () -> Value.json("{\"a\":".repeat(1_000_000)));
    assertEquals(1024, Value.json(nested(512)).length());
    assertThrows(SerializationException.class, () -> Value.json(nested(513)));
    assertThrows(SerializationException.class, () -> Value.json(nested(5_000)));
  }

  @Test
  void json_tree_isWrittenAsItIs() {
    Map<String, @Nullable Object> tree = new HashMap<>();
    tree.put("text", "a\"b");
    tree.put("none", null);
    assertEquals(
        Value.json("{\"text\":\"a\\\"b\",\"none\":null}").asTree(), Value.json(tree).asTree());
    assertEquals("[1,2.5,true]", Value.json(List.of(1, 2.5, true)).asString());
    assertEquals("{\"name\":\"x\",\"sizes\":[1,2]}", Value.json(new Thing("x", 1, 2)).asString());
    assertEquals(
        "[9223372036854775807,-9223372036854775808]",
        Value.json(List.of(BigInteger.valueOf(Long.MAX_VALUE), BigInteger.valueOf(Long.MIN_VALUE)))
            .asString());
  }

  @Test
  void json_bigDecimal_keepsItsDigits() {
    for (String digits : List.of("0.10", "1E+2", "12345678901234567890.123456789", "1E-400")) {
      assertEquals("[" + digits + "]", Value.json(List.of(new BigDecimal(digits))).asString());
    }
    for (String digits : List.of("1E+400", "-1E+400", "123456789012345678901234567890")) {
      assertThrows(SerializationException.class, () -> Value.json(List.of(new BigDecimal(digits))));
    }
  }

  @Test
  void json_numbersThatAreNone_areRefusedWhereverTheyAre() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("a", Double.NaN);
    for (Object tree :
        List.of(
            Double.NaN,
            Float.NaN,
            Double.POSITIVE_INFINITY,
            Map.of("a", Double.NaN),
            Map.of("a", List.of(Map.of("b", Float.NEGATIVE_INFINITY))),
            List.of(1, Double.NEGATIVE_INFINITY),
            new double[] {1, Double.NaN},
            new float[] {Float.POSITIVE_INFINITY},
            new Double[] {Double.NaN},
            new Measured(Double.NaN, 1),
            new Measured(1, Float.NaN),
            node)) {
      SerializationException thrown =
          assertThrows(SerializationException.class, () -> Value.json(tree), tree.toString());
      assertTrue(
          thrown.toString().contains("NaN")
              || thrown.toString().contains("INF")
              || thrown.toString().contains("Infinity"),
          thrown.toString());
    }
  }

  @Test
  void json_integersBeyond64Bits_areRefusedWhereverTheyAre() {
    BigInteger tooBig = BigInteger.ONE.shiftLeft(63);
    for (Object tree :
        List.of(
            tooBig,
            List.of(tooBig.shiftLeft(1)),
            Map.of("a", tooBig.negate().subtract(BigInteger.ONE)))) {
      assertThrows(SerializationException.class, () -> Value.json(tree));
    }
  }

  @Test
  void json_mapKeysThatAreNoStrings_areRefusedAndNamed() {
    Map<TimeUnit, Integer> units = new EnumMap<>(TimeUnit.class);
    units.put(TimeUnit.DAYS, 1);
    refusedKey("5", Map.of(5, "x"));
    refusedKey("7", Map.of("a", List.of(Map.of("b", Map.of(7L, 1)))));
    refusedKey("true", Map.of(true, 1));
    refusedKey("c", Map.of('c', 1));
    refusedKey("DAYS", units);
    refusedKey("1.5", new Keyed(Map.of(1.5, "x")));
    refusedKey("9", List.of(Map.entry(9, 1)));
    SerializationException nested = refusedKey("7", Map.of("a", List.of(0, Map.of(7L, 1))));
    assertEquals("/a/1/7", nested.details().get("place"));
    assertThrows(SerializationException.class, () -> Value.json(Collections.singletonMap(null, 1)));
    assertThrows(
        SerializationException.class,
        () -> Value.json(Map.of("a", Collections.singletonMap(null, 1))));
  }

  private static SerializationException refusedKey(String key, Object tree) {
    SerializationException thrown =
        assertThrows(SerializationException.class, () -> Value.json(tree));
    assertEquals(key, thrown.details().get("key"));
    assertTrue(thrown.toString().contains(key));
    return thrown;
  }

  @Test
  void json_objectsThatAreNoData_areRefused() {
    assertThrows(SerializationException.class, () -> Value.json(new Object()));
    assertThrows(SerializationException.class, () -> Value.json(List.of(new Object())));
    assertThrows(SerializationException.class, () -> Value.json(new Failing()));
    // A byte array would become a base64 string in silence.
    assertThrows(
        SerializationException.class,
        () -> Value.json((Object) "{}".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void json_cycles_areRefused() {
    List<Object> list = new ArrayList<>();
    list.add(list);
    Map<String, Object> map = new HashMap<>();
    map.put("self", Arrays.asList(1, map));
    Linked linked = new Linked();
    linked.next = new Linked();
    linked.next.next = linked;
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.set("self", node);
    for (Object cycle : new Object[] {list, map, linked, node}) {
      assertThrows(SerializationException.class, () -> Value.json(cycle));
    }
  }

  @Test
  void as_typeThatDoesNotFit_isRefused() {
    Value.Json value = Value.json("{\"name\":\"x\",\"sizes\":[1,2]}");
    assertEquals("x", value.as(Thing.class).name());
    SerializationException thrown =
        assertThrows(SerializationException.class, () -> value.as(Integer.class));
    assertEquals("java.lang.Integer", thrown.details().get("type"));
  }

  @Test
  void bytes_areCopiedInAndOut() {
    byte[] bytes = {1, 2, 3};
    Value.Bytes value = Value.bytes(bytes, "image/png");
    bytes[0] = 9;
    value.toByteArray()[1] = 9;
    assertArrayEquals(new byte[] {1, 2, 3}, value.toByteArray());
    byte[] target = new byte[5];
    value.copyTo(target, 2);
    assertArrayEquals(new byte[] {0, 0, 1, 2, 3}, target);
    assertEquals(value, Value.bytes(new byte[] {1, 2, 3}, "image/png"));
    assertTrue(!value.equals(Value.bytes(new byte[] {1, 2, 3}, "image/gif")));
    Value.Json json = Value.json("[1]");
    json.toByteArray()[0] = 'x';
    assertEquals("[1]", json.asString());
  }

  @Test
  void bytes_mediaType_isChecked() {
    assertEquals("a".repeat(128), Value.bytes(new byte[0], "a".repeat(128)).mediaType());
    for (String type : List.of("", "a".repeat(129), "\ud800")) {
      assertThrows(ValidationException.class, () -> Value.bytes(new byte[0], type));
    }
  }

  private static Object nested(int levels) {
    Object tree = List.of();
    for (int i = 1; i < levels; i++) {
      tree = List.of(tree);
    }
    return tree;
  }

  @SuppressWarnings("ArrayRecordComponent") // As a user might.
  record Thing(String name, int... sizes) {}

  record Measured(double wide, float narrow) {}

  record Keyed(Map<Double, String> map) {}

  static final class Linked {
    public @Nullable Linked next;
  }

  static final class Failing {
    public String getName() {
      return List.of("a").get(1);
    }
  }
}
