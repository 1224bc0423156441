package dev.nacre.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MetadataTest {
  @Test
  void of_everyKindOfScalar_isWidened() {
    Map<String, Object> fields = new HashMap<>();
    fields.put("text", "x");
    fields.put("flag", true);
    fields.put("byte", (byte) -1);
    fields.put("short", (short) -2);
    fields.put("int", 3);
    fields.put("long", Long.MIN_VALUE);
    fields.put("float", 1.5f);
    fields.put("double", Double.MIN_VALUE);
    fields.put("list", List.of(1, 2.5f, "x", true));
    fields.put("none", List.of());
    Metadata metadata = Metadata.of(fields);
    assertEquals(Optional.of(-1L), metadata.get("byte"));
    assertEquals(Optional.of(-2L), metadata.get("short"));
    assertEquals(Optional.of(3L), metadata.get("int"));
    assertEquals(Optional.of(Long.MIN_VALUE), metadata.get("long"));
    assertEquals(Optional.of(1.5), metadata.get("float"));
    assertEquals(Optional.of(Double.MIN_VALUE), metadata.get("double"));
    assertEquals(Optional.of(List.of(1L, 2.5, "x", true)), metadata.get("list"));
    assertEquals(Optional.of(List.of()), metadata.get("none"));
    assertEquals(Optional.empty(), metadata.get("absent"));
    assertEquals(metadata, Metadata.of(metadata.asMap()));
    assertEquals(metadata.hashCode(), Metadata.of(metadata.asMap()).hashCode());
  }

  @Test
  void of_valuesThatAreNone_areRefusedAndNamed() {
    List<Object> bad = new ArrayList<>();
    bad.addAll(
        List.of(
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Float.NaN,
            Float.NEGATIVE_INFINITY,
            BigInteger.ONE,
            BigDecimal.ONE,
            'c',
            new Object(),
            Map.of("a", 1),
            List.of(List.of(1)),
            List.of(Map.of()),
            Set.of(Double.NaN),
            new int[] {1},
            new String[] {"a"},
            Optional.of("a"),
            "half \ud800",
            List.of("\udc00")));
    bad.add(null);
    bad.add(Arrays.asList(1, null));
    for (Object value : bad) {
      ValidationException thrown =
          assertThrows(
              ValidationException.class,
              () -> Metadata.of(Collections.singletonMap("field one", value)),
              String.valueOf(value));
      assertTrue(thrown.toString().contains("field one"), thrown.toString());
    }
  }

  @Test
  void of_names_areChecked() {
    String longest = "n".repeat(256);
    assertEquals(Optional.of(1L), Metadata.of(longest, 1).get(longest));
    for (String name : List.of("", "n".repeat(257), "\ud800")) {
      assertThrows(ValidationException.class, () -> Metadata.of(name, 1));
    }
    assertThrows(ValidationException.class, () -> Metadata.of(Collections.singletonMap(null, 1)));
    @SuppressWarnings({"unchecked", "rawtypes"}) // What a raw type or another language lets in.
    Map<String, Object> numbered = (Map) Map.of(5, "x");
    ValidationException thrown =
        assertThrows(ValidationException.class, () -> Metadata.of(numbered));
    assertTrue(thrown.toString().contains("5"));
    assertThrows(ValidationException.class, () -> Metadata.of("a", 1, "a", 2));
  }

  @Test
  void metadata_isImmutable() {
    List<Object> list = new ArrayList<>(List.of(1, 2));
    Map<String, Object> fields = new HashMap<>(Map.of("list", list, "n", 1));
    Metadata metadata = Metadata.of(fields);
    list.add(3);
    fields.put("n", 2);
    assertThrows(UnsupportedOperationException.class, () -> metadata.asMap().put("n", 3));
    assertEquals(Metadata.of("list", List.of(1, 2), "n", 1), metadata);
    assertThrows(
        UnsupportedOperationException.class,
        () -> ((List<?>) metadata.get("list").orElseThrow()).removeFirst());
  }

  @Test
  void metadata_order_isByName() {
    assertEquals(
        List.of("a", "b", "c"),
        List.copyOf(Metadata.of(Map.of("c", 1, "a", 2, "b", 3)).asMap().keySet()));
  }

  @Test
  void metadata_empty_isOne() {
    assertSame(Metadata.EMPTY, Metadata.of(Map.of()));
    assertTrue(Metadata.EMPTY.isEmpty());
    assertNotEquals(Metadata.EMPTY, Metadata.of("a", List.of()));
    assertEquals("{a=1}", Metadata.of("a", 1).toString());
  }
}
