package dev.nacre.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Metadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FilterTest {
  @Test
  void numbers_compareExactlyAcrossIntegersAndDoubles() {
    long beyond = (1L << 53) + 1;
    double rounded = 1L << 53;
    assertFalse(Filter.eq("n", rounded).matches(Metadata.of("n", beyond)));
    assertFalse(Filter.eq("n", beyond).matches(Metadata.of("n", rounded)));
    assertTrue(Filter.gt("n", rounded).matches(Metadata.of("n", beyond)));
    assertTrue(Filter.lt("n", beyond).matches(Metadata.of("n", rounded)));
    assertTrue(Filter.eq("n", 3).matches(Metadata.of("n", 3.0)));
    assertTrue(Filter.eq("n", 0.1).matches(Metadata.of("n", 0.1)));
    assertFalse(Filter.eq("n", 0.1).matches(Metadata.of("n", 0.1f)));
    assertTrue(Filter.lt("n", 0x1p63).matches(Metadata.of("n", Long.MAX_VALUE)));
    assertTrue(Filter.eq("n", -0x1p63).matches(Metadata.of("n", Long.MIN_VALUE)));
    assertTrue(Filter.gt("n", Long.MAX_VALUE).matches(Metadata.of("n", Double.MAX_VALUE)));
    assertTrue(Filter.gt("n", 0).matches(Metadata.of("n", Double.MIN_VALUE)));
  }

  @Test
  void numbers_bothZerosAreOne() {
    for (Object left : List.of(0.0, -0.0, 0)) {
      for (Object right : List.of(0.0, -0.0, 0)) {
        Metadata metadata = Metadata.of("n", left);
        assertTrue(Filter.eq("n", right).matches(metadata));
        assertTrue(Filter.le("n", right).matches(metadata));
        assertFalse(Filter.lt("n", right).matches(metadata));
        assertTrue(Filter.in("n", List.of(right)).matches(metadata));
      }
    }
  }

  @Test
  void strings_areOrderedByCodePoint() {
    // In UTF-16 order the emoji would come before the last one.
    List<String> ordered = List.of("", "A", "a", "aa", "é", "\ud7ff", "\ue000", "\uffff", "😀");
    for (int i = 0; i < ordered.size(); i++) {
      for (int j = 0; j < ordered.size(); j++) {
        Metadata metadata = Metadata.of("s", "x" + ordered.get(i) + "y");
        String value = "x" + ordered.get(j) + "y";
        // The common end does not matter for these.
        if (ordered.get(i).startsWith(ordered.get(j))
            || ordered.get(j).startsWith(ordered.get(i))) {
          metadata = Metadata.of("s", ordered.get(i));
          value = ordered.get(j);
        }
        String at = ordered.get(i) + " " + ordered.get(j);
        assertEquals(i < j, Filter.lt("s", value).matches(metadata), at);
        assertEquals(i <= j, Filter.le("s", value).matches(metadata), at);
        assertEquals(i > j, Filter.gt("s", value).matches(metadata), at);
        assertEquals(i >= j, Filter.ge("s", value).matches(metadata), at);
        assertEquals(i == j, Filter.eq("s", value).matches(metadata), at);
      }
    }
  }

  @Test
  void kinds_neverCompareWithEachOther() {
    for (Object left : List.of("1", 1, true)) {
      for (Object right : List.of("1", 1, true)) {
        boolean same = left.equals(right);
        Metadata metadata = Metadata.of("f", left);
        assertEquals(same, Filter.eq("f", right).matches(metadata));
        assertEquals(!same, Filter.ne("f", right).matches(metadata));
        if (!(right instanceof Boolean)) {
          assertEquals(same, Filter.le("f", right).matches(metadata));
          assertEquals(same, Filter.ge("f", right).matches(metadata));
        }
      }
    }
  }

  @Test
  void absentField_matchesOnlyItsNegations() {
    Metadata metadata = Metadata.EMPTY;
    assertFalse(Filter.eq("f", 1).matches(metadata));
    assertTrue(Filter.ne("f", 1).matches(metadata));
    assertFalse(Filter.lt("f", 1).matches(metadata));
    assertFalse(Filter.ge("f", 1).matches(metadata));
    assertFalse(Filter.in("f", List.of(1)).matches(metadata));
    assertFalse(Filter.exists("f").matches(metadata));
    assertTrue(Filter.not(Filter.exists("f")).matches(metadata));
  }

  @Test
  void lists_matchWhenOneElementDoes() {
    Metadata metadata = Metadata.of("f", List.of(1, "x", true, 2.5));
    assertTrue(Filter.eq("f", 1.0).matches(metadata));
    assertTrue(Filter.eq("f", "x").matches(metadata));
    assertTrue(Filter.eq("f", true).matches(metadata));
    assertFalse(Filter.ne("f", "x").matches(metadata));
    assertTrue(Filter.ne("f", "y").matches(metadata));
    assertTrue(Filter.gt("f", 2).matches(metadata));
    assertTrue(Filter.lt("f", 2).matches(metadata));
    assertFalse(Filter.gt("f", 3).matches(metadata));
    assertTrue(Filter.in("f", List.of(7, "x")).matches(metadata));
    assertFalse(Filter.in("f", List.of()).matches(metadata));
    Metadata empty = Metadata.of("f", List.of());
    assertTrue(Filter.exists("f").matches(empty));
    assertFalse(Filter.eq("f", 1).matches(empty));
    assertTrue(Filter.ne("f", 1).matches(empty));
  }

  @Test
  void nothing_isTrueForAndAndFalseForOr() {
    assertTrue(Filter.and().matches(Metadata.EMPTY));
    assertFalse(Filter.or().matches(Metadata.EMPTY));
  }

  @Test
  void values_thatMetadataCannotHold_areRefused() {
    for (Object bad :
        List.of(
            Double.NaN,
            Float.POSITIVE_INFINITY,
            'c',
            List.of(1),
            Map.of(),
            new Object(),
            "\ud800")) {
      assertThrows(ValidationException.class, () -> Filter.eq("f", bad));
      assertThrows(ValidationException.class, () -> Filter.ne("f", bad));
      assertThrows(ValidationException.class, () -> Filter.lt("f", bad));
      assertThrows(ValidationException.class, () -> Filter.in("f", List.of(1, bad)));
    }
    assertThrows(ValidationException.class, () -> Filter.in("f", Arrays.asList(1, null)));
    assertThrows(ValidationException.class, () -> Filter.ge("f", true));
    assertThrows(ValidationException.class, () -> Filter.eq("", 1));
    assertThrows(ValidationException.class, () -> Filter.exists(""));
    assertThrows(ValidationException.class, () -> Filter.in("x".repeat(257), List.of()));
  }

  @Test
  void values_areKeptAsMetadataKeepsThem() {
    assertEquals(Filter.eq("f", 1L), Filter.eq("f", (byte) 1));
    assertEquals(new Filter.Eq("f", 1.5), Filter.eq("f", 1.5f));
    List<Object> values = new ArrayList<>(List.of(1, 2));
    Filter in = Filter.in("f", values);
    values.clear();
    assertEquals(new Filter.In("f", List.of(1L, 2L)), in);
    assertThrows(UnsupportedOperationException.class, () -> ((Filter.In) in).values().clear());
  }
}
