package dev.nacre.store.layout;

import static dev.nacre.store.layout.Bytes.assertHex;
import static dev.nacre.store.layout.Bytes.hex;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.model.ReadPoint;
import dev.nacre.store.layout.PageCursor.Kind;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Cursors: text that travels, and comes back whole or is refused. */
class CursorTest {
  private static final ReadPoint AT =
      new ReadPoint(0x0102, Instant.EPOCH.plusNanos(0x0304 * 1000), "l");

  @Test
  void cursor_isTheseBytesAsText() {
    String text = new PageCursor(Kind.SCAN, AT, hex("6bff")).encode();
    assertHex(
        "73 0000000000000102" + " 0000000000000304 01 6c 6bff",
        Base64.getUrlDecoder().decode(text));
    assertFalse(text.contains("="));
    PageCursor decoded = PageCursor.decode(text, Kind.SCAN, "l");
    assertEquals(Kind.SCAN, decoded.kind());
    assertEquals(AT, decoded.readPoint());
    assertHex("6bff", decoded.position());
  }

  @Test
  void cursors_ofEachKind_areOfThatKindOnly() {
    for (Kind kind : Kind.values()) {
      String text = new PageCursor(kind, AT, PageCursor.position(0x0506)).encode();
      for (Kind other : Kind.values()) {
        if (kind == other) {
          assertEquals(0x0506, PageCursor.decode(text, kind, "l").positionVersion());
        } else {
          refused(text, other, "l", "another kind");
        }
      }
    }
  }

  @Test
  void cursorOfAnotherLineage_isRefused() {
    refused(new PageCursor(Kind.DIFF, AT, hex("")).encode(), Kind.DIFF, "m", "restored");
  }

  @Test
  void cursorThatIsCutOff_isRefused() {
    for (Kind kind : new Kind[] {Kind.HISTORY, Kind.HISTORY_OLDEST_FIRST}) {
      refused(new PageCursor(kind, AT, hex("00000000000000")).encode(), kind, "l", "cut off");
      refused(new PageCursor(kind, AT, hex("000000000000000000")).encode(), kind, "l", "cut off");
    }
    refused("", Kind.SCAN, "l", "not one that a page returned");
    refused("c1", Kind.SCAN, "l", "not one that a page returned");
    refused("!", Kind.SCAN, "l", "not one that a page returned");
  }

  private static void refused(String text, Kind kind, String lineage, String why) {
    ValidationException e =
        assertThrows(ValidationException.class, () -> PageCursor.decode(text, kind, lineage));
    assertTrue(String.valueOf(e.getMessage()).contains(why), e::toString);
    assertEquals(text, e.details().get("cursor"));
  }

  @Test
  void positionOfADiff_isTheseBytes() {
    DiffPosition position = new DiffPosition(AT, true, hex("6b"));
    assertHex("0000000000000102" + " 0000000000000304 01 6b", position.encode());
    for (boolean byLog : new boolean[] {false, true}) {
      byte[] bytes = new DiffPosition(AT, byLog, hex("6bff")).encode();
      DiffPosition parsed = DiffPosition.of(new PageCursor(Kind.DIFF, AT, bytes));
      assertEquals(AT, parsed.from());
      assertEquals(byLog, parsed.byLog());
      assertHex("6bff", parsed.key());
    }
    PageCursor cut = new PageCursor(Kind.DIFF, AT, hex("0000000000000102 00000000000003"));
    assertThrows(ValidationException.class, () -> DiffPosition.of(cut));
  }
}
