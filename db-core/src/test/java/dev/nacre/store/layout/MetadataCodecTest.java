package dev.nacre.store.layout;

import static dev.nacre.store.layout.Bytes.assertHex;
import static dev.nacre.store.layout.Bytes.hex;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import dev.nacre.model.Metadata;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata as bytes. */
class MetadataCodecTest {
  private static Metadata decoded(byte[] bytes) {
    return MetadataCodec.decode(bytes, 0, bytes.length);
  }

  @Test
  void fields_areTheseBytes() {
    Metadata metadata =
        Metadata.of(
            Map.of(
                "a", "x", "b", false, "c", true, "d", -1L, "e", 1.5, "f", List.of("y", 2L, true)));
    byte[] bytes = MetadataCodec.encode(metadata);
    assertHex(
        "06 0161 01 0178 0162 02 0163 03 0164 04 01 0165 05 3ff8000000000000"
            + " 0166 06 03 01 0179 04 04 03",
        bytes);
    assertEquals(metadata, decoded(bytes));
    assertEquals(metadata.asMap(), decoded(bytes).asMap());
  }

  @Test
  void none_isOneByte() {
    assertHex("00", MetadataCodec.encode(Metadata.EMPTY));
    MetadataCodec.encode(Metadata.EMPTY)[0] = 9;
    assertHex("00", MetadataCodec.encode(Metadata.EMPTY));
    assertTrue(decoded(hex("00")).isEmpty());
  }

  @Property(tries = 300)
  void numbers_keepEveryBit(@ForAll long whole, @ForAll double broken, @ForAll boolean flag) {
    Metadata metadata = Metadata.of(Map.of("w", whole, "b", broken, "f", flag));
    assertEquals(metadata, decoded(MetadataCodec.encode(metadata)));
  }

  @Test
  void numbersAtTheirLimits_areReadBack() {
    for (long number : new long[] {0, 1, -1, 63, 64, -64, -65, Long.MIN_VALUE, Long.MAX_VALUE}) {
      Metadata metadata = Metadata.of("n", number);
      assertEquals(metadata.asMap(), decoded(MetadataCodec.encode(metadata)).asMap());
    }
  }

  @Test
  void decode_looksAtItsPartOfTheRowOnly() {
    byte[] row = hex("ff 01 0161 04 02 ff");
    assertEquals(Metadata.of("a", 1L), MetadataCodec.decode(row, 1, 6));
    assertThrows(CorruptionException.class, () -> MetadataCodec.decode(row, 1, 5).asMap());
  }

  @Test
  void listOfTheStore_cannotBeChanged() {
    Object list = decoded(hex("01 0161 06 01 03")).get("a").orElseThrow();
    assertEquals(List.of(true), list);
    assertThrows(UnsupportedOperationException.class, () -> ((List<?>) list).clear());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01",
        "01 0161",
        "01 0161 07",
        "01 0161 00",
        "01 0161 01 05 61",
        "01 0161 06 02 03",
        "02 0161 03",
        "01 0161 05 3ff80000",
        "01 0561"
      })
  void damaged_isCorruption(String digits) {
    assertThrows(CorruptionException.class, () -> decoded(hex(digits)).asMap());
  }
}
