package dev.nacre.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Metadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  @Test
  void instants_compareWithTexts_exactlyAndAcrossOffsets() {
    Instant noon = Instant.parse("2026-01-31T12:00:00Z");
    for (String same :
        List.of(
            "2026-01-31T12:00:00Z",
            "2026-01-31t12:00:00.000z",
            "2026-01-31 13:00:00+01:00",
            "2026-01-30T23:30:00.000000000-12:30")) {
      Metadata metadata = Metadata.of("at", same);
      assertTrue(Filter.eq("at", noon).matches(metadata), same);
      assertFalse(Filter.ne("at", noon).matches(metadata), same);
      assertFalse(Filter.lt("at", noon).matches(metadata), same);
      assertTrue(Filter.between("at", noon, noon).matches(metadata), same);
      assertTrue(Filter.in("at", List.of("x", noon)).matches(metadata), same);
      assertTrue(Filter.contains("at", noon).matches(Metadata.of("at", List.of(same))), same);
    }
    Metadata later = Metadata.of("at", "2026-01-31T12:00:00.000000001Z");
    assertTrue(Filter.gt("at", noon).matches(later));
    assertFalse(Filter.le("at", noon).matches(later));
    for (Object none :
        List.of(
            "2026-01-31",
            "2026-01-31T12:00:00",
            "2026-02-29T12:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:00:60Z",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00.0000000001Z",
            "2026-01-31T12:00:00+0100",
            "2026-01-31T12:00:00*01:00",
            "2026-1-31T12:00:00.00Z",
            " 2026-01-31T12:00:00Z",
            "",
            1_769_860_800L)) {
      Metadata metadata = Metadata.of("at", none);
      assertTrue(Filter.ne("at", noon).matches(metadata));
      assertFalse(Filter.le("at", noon).matches(metadata));
      assertFalse(Filter.gt("at", noon).matches(metadata));
    }
    // A text is not a time: it is compared letter by letter.
    assertFalse(Filter.eq("at", "2026-01-31T12:00:00.0Z").matches(Metadata.of("at", "" + noon)));
    assertThrows(ValidationException.class, () -> Filter.eq("at", Instant.MAX));
    assertThrows(ValidationException.class, () -> Filter.eq("at", Instant.MIN));
    assertThrows(ValidationException.class, () -> Filter.eq("", noon));
  }

  @Test
  void between_holdsForOneElementWithinBothBounds() {
    Filter filter = Filter.between("n", 3, 5.5);
    assertTrue(filter.matches(Metadata.of("n", 3)));
    assertTrue(filter.matches(Metadata.of("n", 5.5)));
    assertFalse(filter.matches(Metadata.of("n", 6)));
    assertFalse(filter.matches(Metadata.of("n", List.of(1, 9))));
    assertTrue(filter.matches(Metadata.of("n", List.of(1, 4, 9))));
    assertFalse(filter.matches(Metadata.of("n", "4")));
    assertFalse(Filter.between("n", 5, 3).matches(Metadata.of("n", 4)));
    assertTrue(Filter.between("s", "b", "c").matches(Metadata.of("s", "bz")));
    assertThrows(ValidationException.class, () -> Filter.between("n", 1, "2"));
    assertThrows(ValidationException.class, () -> Filter.between("n", "1", Instant.EPOCH));
    assertThrows(ValidationException.class, () -> Filter.between("n", false, true));
  }

  @Test
  void contains_isAnElementOfAList_orAPartOfAText() {
    Metadata list = Metadata.of("f", List.of("red hat", 7, true));
    assertTrue(Filter.contains("f", "red hat").matches(list));
    assertFalse(Filter.contains("f", "red").matches(list));
    assertTrue(Filter.contains("f", 7.0).matches(list));
    assertTrue(Filter.contains("f", true).matches(list));
    assertTrue(Filter.contains("f", "red").matches(Metadata.of("f", "a red hat")));
    assertFalse(Filter.contains("f", "Red").matches(Metadata.of("f", "a red hat")));
    assertFalse(Filter.contains("f", 7).matches(Metadata.of("f", 7)));
    assertFalse(Filter.contains("f", 7).matches(Metadata.of("f", "7")));
    assertFalse(Filter.contains("f", "x").matches(Metadata.EMPTY));
  }

  @Test
  void startsWith_looksAtTexts() {
    Filter filter = Filter.startsWith("f", "re");
    assertTrue(filter.matches(Metadata.of("f", "red")));
    assertTrue(filter.matches(Metadata.of("f", List.of(1, "re"))));
    assertFalse(filter.matches(Metadata.of("f", "are")));
    assertFalse(filter.matches(Metadata.EMPTY));
    assertTrue(Filter.isNull("f").matches(Metadata.EMPTY));
    assertThrows(ValidationException.class, () -> Filter.startsWith("f", "\ud800"));
  }

  @Test
  void nesting_isBounded_andWideOnesAreNot() {
    Filter deep = Filter.exists("f");
    for (int i = 1; i < Filter.DEPTH_MAX; i++) {
      deep = i % 2 == 0 ? Filter.not(deep) : Filter.or(deep, Filter.eq("g", i));
    }
    Filter deepest = deep;
    assertTrue(Filter.parse(deepest.text()).equals(deepest));
    assertThrows(ValidationException.class, () -> Filter.not(deepest));
    assertThrows(ValidationException.class, () -> Filter.and(deepest));
    assertThrows(ValidationException.class, () -> Filter.or(Filter.exists("f"), deepest));
    Filter[] many = new Filter[10_000];
    Arrays.fill(many, Filter.exists("f"));
    assertEquals(Filter.or(many), Filter.parse(Filter.or(many).text()));
  }

  @Test
  void fields_areAllThatItLooksAt() {
    Filter filter = Filter.parse("a = 1 and (not b < 2 or c in (1) and a is null) and true");
    assertEquals(Set.of("a", "b", "c"), filter.fields());
  }
}
