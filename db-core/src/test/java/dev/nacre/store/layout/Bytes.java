package dev.nacre.store.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.nacre.error.CorruptionException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Function;

/** Rows written out as hexadecimal digits: the stored form is a promise to directories on disk. */
final class Bytes {
  private Bytes() {}

  /** The bytes of digits; blanks, as between fields, mean nothing. */
  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  static void assertHex(String digits, byte[] bytes) {
    assertEquals(digits.replace(" ", ""), HexFormat.of().formatHex(bytes));
  }

  static void assertSame(byte[] expected, byte[] found) {
    assertArrayEquals(expected, found);
  }

  /** Every row that is cut off before its last byte is refused as damaged. */
  static void assertCutOffIsCorruption(byte[] row, Function<byte[], ?> parse) {
    for (int length = 0; length < row.length; length++) {
      byte[] cut = Arrays.copyOf(row, length);
      assertThrows(
          CorruptionException.class, () -> parse.apply(cut), () -> cut.length + " bytes of it");
    }
  }

  static void assertCorrupt(String digits, Function<byte[], ?> parse) {
    assertThrows(CorruptionException.class, () -> parse.apply(hex(digits)));
  }
}
