package dev.nacre.store.layout;

import static dev.nacre.store.layout.Bytes.assertCorrupt;
import static dev.nacre.store.layout.Bytes.assertCutOffIsCorruption;
import static dev.nacre.store.layout.Bytes.assertHex;
import static dev.nacre.store.layout.Bytes.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ErasedRows;
import dev.nacre.maintain.PurgeKind;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.store.layout.PurgeRow.State;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is kept of a purge, and which keys one covers. */
class PurgeRowTest {
  private static final ErasedRows ERASED = new ErasedRows(1, 2, 3, 4, 5, 6);

  private static PurgeRow row(State state, @Nullable String actor, @Nullable String reason) {
    return new PurgeRow(
        state,
        0x0102,
        0x0304,
        0,
        new int[] {7, 300},
        "n",
        actor,
        reason,
        ERASED,
        8,
        new PurgeTarget(PurgeKind.PREFIX, hex("6b")));
  }

  @Test
  void erasing_isTheseBytes() {
    byte[] bytes = row(State.ERASING, "a", "r").encode();
    assertHex(
        "01 02 0000000000000102 0000000000000304 02 07 ac02 01 6e 03 01 61 01 72"
            + " 01 02 03 04 05 06 08 6b",
        bytes);
    PurgeRow parsed = PurgeRow.parse(bytes);
    assertEquals(State.ERASING, parsed.state());
    assertEquals(0x0102, parsed.version());
    assertEquals(0x0304, parsed.timeMicros());
    assertEquals(0, parsed.completedMicros());
    assertArrayEquals(new int[] {7, 300}, parsed.namespaces());
    assertEquals("n", parsed.namespace());
    assertEquals("a", parsed.actor());
    assertEquals("r", parsed.reason());
    assertEquals(ERASED, parsed.erased());
    assertEquals(8, parsed.filesRewritten());
    assertEquals(PurgeKind.PREFIX, parsed.target().kind());
    assertHex("6b", parsed.target().bytes());
    assertHex("65 0000000000000304", parsed.key());
    assertCutOffIsCorruption(Arrays.copyOf(bytes, bytes.length - 1), PurgeRow::parse);
  }

  @Test
  void actorAndReason_eachAlone_areReadBack() {
    PurgeRow actor = PurgeRow.parse(row(State.ERASING, "a", null).encode());
    assertEquals("a", actor.actor());
    assertNull(actor.reason());
    PurgeRow reason = PurgeRow.parse(row(State.ERASING, null, "r").encode());
    assertNull(reason.actor());
    assertEquals("r", reason.reason());
  }

  @Test
  void furtherOn_theKeyIsGone() {
    ErasedRows more = new ErasedRows(9, 9, 9, 9, 9, 9);
    PurgeRow erasing = row(State.ERASING, null, null).with(State.ERASING, more, 1, 0);
    assertHex("6b", erasing.target().bytes());
    PurgeRow rewriting = row(State.ERASING, null, null).with(State.REWRITING, more, 1, 0);
    assertEquals(0, rewriting.target().bytes().length);
    assertEquals(PurgeKind.PREFIX, rewriting.target().kind());
    PurgeRow done = rewriting.with(State.DONE, more, 2, 0x0506);
    byte[] bytes = done.encode();
    assertHex(
        "03 02 0000000000000102 0000000000000304 0000000000000506 02 07 ac02 01 6e 00"
            + " 09 09 09 09 09 09 02",
        bytes);
    PurgeRow parsed = PurgeRow.parse(bytes);
    assertEquals(State.DONE, parsed.state());
    assertEquals(0x0506, parsed.completedMicros());
    assertEquals(more, parsed.erased());
    assertEquals(2, parsed.filesRewritten());
    // Even if a caller left the key in.
    assertEquals(
        0, PurgeRow.parse(row(State.REWRITING, null, null).encode()).target().bytes().length);
  }

  @Test
  void takenBackByARestore_hasNoVersion() {
    PurgeRow row =
        row(State.ERASING, "a", "r").with(State.DONE, ERASED, 3, 0x0506).withoutVersion();
    assertEquals(0, row.version());
    assertEquals(0x0304, row.timeMicros());
    assertEquals(0x0506, row.completedMicros());
    assertEquals("a", row.actor());
    assertEquals("r", row.reason());
    assertEquals(3, row.filesRewritten());
  }

  @Test
  void record_tellsWhenItWasDone() {
    PurgeRow erasing = row(State.ERASING, "a", "r");
    PurgeRecord record = erasing.toRecord();
    assertEquals(
        new PurgeRecord(
            0x0102,
            Instant.EPOCH.plusNanos(0x0304 * 1000),
            "n",
            PurgeKind.PREFIX,
            "a",
            "r",
            ERASED,
            8,
            null),
        record);
    assertEquals(
        Optional.empty(), erasing.with(State.REWRITING, ERASED, 8, 5).toRecord().completedAt());
    assertEquals(
        Optional.of(Instant.EPOCH.plusNanos(5000)),
        erasing.with(State.DONE, ERASED, 8, 5).toRecord().completedAt());
  }

  @Test
  void kinds_keepTheirCodes_andUnknownOnesAreCorruption() {
    int code = 1;
    for (PurgeKind kind : new PurgeKind[] {PurgeKind.KEY, PurgeKind.PREFIX, PurgeKind.NAMESPACE}) {
      PurgeRow row =
          new PurgeRow(
              State.REWRITING,
              1,
              2,
              0,
              new int[0],
              "n",
              null,
              null,
              ERASED,
              0,
              new PurgeTarget(kind, new byte[0]));
      byte[] bytes = row.encode();
      assertEquals(code++, bytes[1]);
      assertEquals(2, bytes[0]);
      assertEquals(kind, PurgeRow.parse(bytes).target().kind());
    }
    String rest = " 0000000000000102 0000000000000304 00 01 6e 00 00 00 00 00 00 00 00";
    assertCorrupt("00 01" + rest, PurgeRow::parse);
    assertCorrupt("04 01" + rest, PurgeRow::parse);
    assertCorrupt("01 00" + rest, PurgeRow::parse);
    assertCorrupt("01 04" + rest, PurgeRow::parse);
    assertCorrupt("01 01 0000000000000102 0000000000000304 09 01 01", PurgeRow::parse);
  }

  @Test
  void target_ofARequest_isChecked() {
    assertHex("6b", PurgeTarget.of(PurgeKind.KEY, "k").bytes());
    assertHex("", PurgeTarget.of(PurgeKind.PREFIX, "").bytes());
    assertHex("", PurgeTarget.of(PurgeKind.NAMESPACE, "").bytes());
    assertThrows(ValidationException.class, () -> PurgeTarget.of(PurgeKind.KEY, ""));
    ValidationException e =
        assertThrows(ValidationException.class, () -> PurgeTarget.of(PurgeKind.NAMESPACE, "k"));
    assertEquals("NAMESPACE", e.details().get("kind"));
  }

  @Property(tries = 500)
  void ranges_holdExactlyTheRowsOfKeysThatAreCovered(
      @ForAll PurgeKind kind,
      @ForAll @Size(max = 3) @ByteRange(min = -1, max = 1) byte[] given,
      @ForAll @Size(max = 4) @ByteRange(min = -1, max = 1) byte[] key) {
    PurgeTarget target = new PurgeTarget(kind, kind == PurgeKind.NAMESPACE ? new byte[0] : given);
    boolean covered =
        switch (kind) {
          case KEY -> Arrays.equals(given, key);
          case PREFIX -> Keys.startsWith(key, given);
          case NAMESPACE -> true;
        };
    assertEquals(covered, target.covers(key));
    byte[] shared = Keys.namespacePrefix(0x1FF);
    assertEquals(covered, isIn(target.plain(shared), Keys.head(0x1FF, key)));
    byte[] history = Keys.historyPrefix(0x1FF, key);
    assertEquals(covered, isIn(target.escaped(shared), Keys.versioned(history, 1)));
    assertEquals(covered, isIn(target.escaped(shared), Keys.versioned(history, Long.MAX_VALUE)));
    assertFalse(isIn(target.plain(shared), Keys.head(0x200, key)));
    assertFalse(isIn(target.plain(shared), Keys.head(0x1FE, key)));
  }

  private static boolean isIn(KeyRange range, byte[] key) {
    return Arrays.compareUnsigned(key, range.from()) >= 0 && range.isBeforeEnd(key);
  }

  @Test
  void rangeOfAPrefix_endsBehindAllThatStartsWithIt() {
    KeyRange range = KeyRange.ofPrefix(hex("0001ffff"));
    assertHex("0001ffff", range.from());
    assertHex("0002", range.to());
    assertTrue(range.isBeforeEnd(hex("0001ffffffff")));
    assertFalse(range.isBeforeEnd(hex("0002")));
  }
}
