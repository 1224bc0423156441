package dev.nacre.store.layout;

import static dev.nacre.store.layout.Bytes.assertHex;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.error.ValidationException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, names and times at their limits, and the small files of text. */
class TextAndTimeTest {
  @Test
  void key_isItsUtf8() {
    assertHex("6b", TextKeys.key("k"));
    assertHex("c3bc", TextKeys.key("ü"));
    assertHex("f09f9880", TextKeys.key("😀"));
    assertHex("", TextKeys.bound("", "prefix"));
    assertHex("c280", TextKeys.bound("\u0080", "prefix"));
    assertHex("7f", TextKeys.bound("\u007f", "prefix"));
  }

  @Test
  void key_ofItsLimits_isTakenAndBeyondRefused() {
    assertEquals(1024, TextKeys.key("k".repeat(1024)).length);
    assertEquals(1024, TextKeys.key("ü".repeat(512)).length);
    ValidationException long_ =
        assertThrows(ValidationException.class, () -> TextKeys.key("ü".repeat(513)));
    assertEquals("1026", long_.details().get("bytes"));
    assertEquals("ü".repeat(40), long_.details().get("key"));
    assertThrows(ValidationException.class, () -> TextKeys.key("k".repeat(1025)));
    ValidationException empty = assertThrows(ValidationException.class, () -> TextKeys.key(""));
    assertTrue(String.valueOf(empty.getMessage()).startsWith("the key is empty"), empty::toString);
    assertThrows(ValidationException.class, () -> TextKeys.key("k\ud800"));
    assertThrows(ValidationException.class, () -> TextKeys.bound("\udc00", "prefix"));
  }

  @Test
  void namespace_ofItsLimits_isTakenAndBeyondRefused() {
    for (String name :
        new String[] {"n", "n".repeat(85), "n".repeat(86), "n".repeat(256), "ü".repeat(128), "ü"}) {
      assertDoesNotThrow(() -> TextKeys.checkNamespace(name));
    }
    for (String name :
        new String[] {"", "n".repeat(257), "ü".repeat(129), "\ud800", "€".repeat(86)}) {
      assertThrows(ValidationException.class, () -> TextKeys.checkNamespace(name));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z, 0",
    "1970-01-01T00:00:00.000001999Z, 1",
    "1969-12-31T23:59:59.999999999Z, -1",
    "2001-09-09T01:46:40.000007Z, 1000000000000007",
  })
  void instant_isRoundedDown(Instant instant, long micros) {
    assertEquals(micros, Micros.of(instant));
    assertEquals(micros, Micros.checked(instant, "asOf"));
    assertEquals(micros, Micros.of(Micros.toInstant(micros)));
  }

  @Test
  void microseconds_areTheirInstant() {
    assertEquals(Instant.ofEpochSecond(-1, 999_999_000), Micros.toInstant(-1));
    assertEquals(Instant.ofEpochSecond(1, 7_000), Micros.toInstant(1_000_007));
  }

  @Test
  void duration_isRoundedUp() {
    assertEquals(0, Micros.of(Duration.ZERO));
    assertEquals(1, Micros.of(Duration.ofNanos(1)));
    assertEquals(1, Micros.of(Duration.ofNanos(1000)));
    assertEquals(2_000_002, Micros.of(Duration.ofNanos(2_000_001_001)));
  }

  @Test
  void instant_outOfYears1To9999_isRefused() {
    Instant first = Instant.parse("0001-01-01T00:00:00Z");
    Instant last = Instant.parse("9999-12-31T23:59:59Z");
    assertEquals(Micros.of(first), Micros.checked(first, "asOf"));
    assertEquals(Micros.of(last), Micros.checked(last, "asOf"));
    assertThrows(ValidationException.class, () -> Micros.checked(first.minusNanos(1), "asOf"));
    ValidationException e =
        assertThrows(ValidationException.class, () -> Micros.checked(last.plusNanos(1), "asOf"));
    assertTrue(e.details().containsKey("asOf"));
  }

  @Test
  void cleanMarker_isReadBack_andAnythingElseIsNone() {
    byte[] marker = CleanMarker.encode(4711);
    String text = new String(marker, StandardCharsets.US_ASCII);
    assertEquals("nacre-clean 4711 crc32c " + crc("nacre-clean 4711") + "\n", text);
    assertEquals(OptionalLong.of(4711), CleanMarker.parse(marker));
    assertEquals(
        OptionalLong.of(999_999_999_999_999_999L),
        CleanMarker.parse(CleanMarker.encode(999_999_999_999_999_999L)));
    for (int i = 0; i < marker.length; i++) {
      byte[] damaged = marker.clone();
      damaged[i] ^= 1;
      assertEquals(
          OptionalLong.empty(),
          CleanMarker.parse(damaged),
          () -> new String(damaged, StandardCharsets.ISO_8859_1));
    }
    assertEquals(OptionalLong.empty(), CleanMarker.parse(new byte[0]));
    // More than a version can be, with the right checksum.
    String huge = "nacre-clean 9999999999999999999";
    assertEquals(
        OptionalLong.empty(),
        CleanMarker.parse(
            (huge + " crc32c " + crc(huge) + "\n").getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void formatFile_isReadBack_andEachFlippedBitIsSeen() {
    Path file = Path.of("db", "FORMAT");
    UUID id = UUID.fromString("0f8fad5b-d9cb-469f-a165-70867728950e");
    byte[] bytes = new FormatFile(id).encode();
    String lines = "nacre-format 1\nid 0f8fad5b-d9cb-469f-a165-70867728950e\n";
    assertEquals(
        lines + "crc32c " + crc(lines) + "\n", new String(bytes, StandardCharsets.US_ASCII));
    assertEquals(id, FormatFile.parse(file, bytes).databaseId());
    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 1;
      assertThrows(CorruptionException.class, () -> FormatFile.parse(file, damaged));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nacre-format 2\nid later\nmore of it\n", "nacre-format 999999999\n"})
  void laterFormat_isNamed(String lines) {
    byte[] bytes = (lines + "crc32c " + crc(lines) + "\n").getBytes(StandardCharsets.US_ASCII);
    FormatException e =
        assertThrows(FormatException.class, () -> FormatFile.parse(Path.of("db", "FORMAT"), bytes));
    assertEquals("db", e.details().get("directory"));
    assertEquals("1", e.details().get("supportedFormat"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nacre-format 1\n", "nacre-format 1\nid x\n", "nacre-format 0\nid x\n", "", "x\n"})
  void rightChecksumOfWrongLines_isCorruption(String lines) {
    byte[] bytes = (lines + "crc32c " + crc(lines) + "\n").getBytes(StandardCharsets.US_ASCII);
    assertThrows(CorruptionException.class, () -> FormatFile.parse(Path.of("db", "FORMAT"), bytes));
  }

  private static String crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.US_ASCII));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }
}
