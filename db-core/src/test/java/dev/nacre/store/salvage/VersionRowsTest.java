package dev.nacre.store.salvage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Value;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.SalvageKeys;
import dev.nacre.store.salvage.VersionRows.RecordId;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the rows of one version say together. */
class VersionRowsTest {
  private static final long VERSION = 5;
  private static final byte[] A = "a".getBytes(StandardCharsets.UTF_8);
  private static final byte[] B = "b".getBytes(StandardCharsets.UTF_8);
  private static final RecordId RECORD_A = VersionRows.id(1, A);
  private static final RecordId RECORD_B = VersionRows.id(1, B);

  private final VersionRows rows = new VersionRows(VERSION);

  private static RecordRow live() {
    return RecordRow.assemble(VERSION, 1, null, Value.text("v"), null, RecordRow.NEVER, new int[0]);
  }

  private void record(byte[] key) {
    rows.take(SalvageKeys.record(VERSION, 1, key), live().toByteArray());
  }

  private void tombstone(byte[] key) {
    rows.take(
        SalvageKeys.tombstone(VERSION, 1, key), RecordRow.tombstone(VERSION, 1).toByteArray());
  }

  private void ended(byte[] key) {
    rows.take(SalvageKeys.end(VERSION, 1, key), new byte[0]);
  }

  private void change(int ordinal, boolean delete, byte[] key) {
    rows.take(
        SalvageKeys.change(Keys.log(1, VERSION, ordinal), false),
        new LogRow(delete, true, false, new int[0], key).encode());
  }

  private void purged(int ordinal) {
    rows.take(
        SalvageKeys.change(Keys.log(1, VERSION, ordinal), true), LogRow.purged(9, 9).encode());
  }

  @Test
  void nothing_isEmptyAndWithoutAGap() {
    rows.end();
    assertTrue(rows.isEmpty());
    assertFalse(rows.hasGap());
    assertFalse(rows.hasChanges(1));
    assertEquals(VERSION, rows.version());
  }

  @ParameterizedTest
  @ValueSource(strings = {"commit", "record", "change", "end", "tombstone"})
  void anyRow_isNotNothing(String kind) {
    switch (kind) {
      case "commit" ->
          rows.take(
              SalvageKeys.commit(VERSION),
              new CommitRow(1, 0, new int[] {1}, CommitAttributes.NONE).encode());
      case "record" -> record(A);
      case "change" -> change(0, false, A);
      case "end" -> ended(A);
      default -> tombstone(A);
    }
    rows.end();
    assertFalse(rows.isEmpty());
    assertEquals(kind.equals("change"), rows.hasChanges(1));
    assertEquals(kind.equals("commit"), rows.commit() != null);
    assertEquals(kind.equals("end") ? Set.of(RECORD_A) : Set.of(), rows.ends());
  }

  @Test
  void recordId_givesItsKeyAgainAndAgain() {
    assertArrayEquals(A, RECORD_A.key());
    assertArrayEquals(A, RECORD_A.key());
  }

  @Test
  void changeThatIsMissingBeforeAnother_isAGap() {
    change(0, false, A);
    assertFalse(rows.hasGap());
    change(2, false, B);
    assertTrue(rows.hasGap());
    // One that was purged fills its place.
    purged(1);
    assertFalse(rows.hasGap());
  }

  @Test
  void deletedAndWrittenAgain_isWritten() {
    record(A);
    tombstone(A);
    change(0, true, A);
    change(1, false, A);
    rows.end();
    assertFalse(tombstoneAt(RECORD_A));
  }

  private boolean tombstoneAt(RecordId id) {
    RecordRow row = rows.records().get(id);
    assertNotNull(row);
    return row.isTombstone();
  }

  @Test
  void writtenAndDeletedAgain_isDeleted() {
    record(A);
    tombstone(A);
    change(0, false, A);
    change(1, true, A);
    rows.end();
    assertTrue(tombstoneAt(RECORD_A));
  }

  @Test
  void recordAndTombstoneWithoutTheLog_isTheRecord() {
    record(A);
    tombstone(A);
    tombstone(B);
    rows.end();
    assertFalse(tombstoneAt(RECORD_A));
    assertTrue(tombstoneAt(RECORD_B));
  }

  @Test
  void purgedRecord_whoseOldChangeIsStillInAFile_isNotThere() {
    record(A);
    ended(A);
    record(B);
    ended(B);
    change(0, false, A);
    purged(0);
    change(1, false, B);
    rows.end();
    assertEquals(Set.of(RECORD_B), rows.records().keySet());
    assertEquals(Set.of(RECORD_B), rows.changes().keySet());
    assertEquals(Set.of(RECORD_B), rows.ends());
    assertTrue(rows.hasChanges(1));
  }

  @Test
  void purgedChange_thatNoFileHasAnyMore_namesNobody() {
    record(B);
    purged(0);
    change(1, false, B);
    rows.end();
    assertEquals(Set.of(RECORD_B), rows.records().keySet());
    assertFalse(rows.hasGap());
  }
}
