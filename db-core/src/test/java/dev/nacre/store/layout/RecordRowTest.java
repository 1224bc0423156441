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

import dev.nacre.error.CorruptionException;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A record's row: which parts it carries over, each with the version that wrote it. */
class RecordRowTest {
  private static final Metadata METADATA = Metadata.of("a", 1L);
  private static final byte[] ENCODED = MetadataCodec.encode(METADATA);
  private static final int[] NONE = {};

  private static RecordRow row(
      long version,
      @Nullable RecordRow previous,
      @Nullable Value value,
      byte @Nullable [] metadata,
      int... spaces) {
    return RecordRow.assemble(
        version, 1000 + version, previous, value, metadata, RecordRow.NEVER, spaces);
  }

  @Test
  void newRow_isTheseBytes() {
    RecordRow row =
        RecordRow.assemble(
            0x0102, 0x0304, null, Value.json("{}"), ENCODED, 0x0506, new int[] {2, 300});
    assertHex(
        "0d 0000000000000102 0000000000000304 00 00 0000000000000506"
            + " 02 02 00 ac02 00 05 01 01 61 04 02 7b7d",
        row.toByteArray());
    assertEquals(0x0102, RecordRow.versionIn(row.toByteArray()));
    RecordRow bytes = row(1, null, Value.bytes(new byte[] {9, 8}, "a/b"), null);
    assertHex("02 0000000000000001 00000000000003e9 00 00 03 612f62 0908", bytes.toByteArray());
  }

  @Test
  void parts_areReadBack() {
    RecordRow row =
        RecordRow.parse(
            RecordRow.assemble(7, 8, null, Value.text("v"), ENCODED, 9, new int[] {2, 300})
                .toByteArray());
    assertFalse(row.isTombstone());
    assertEquals(7, row.version());
    assertEquals(8, row.timeMicros());
    assertTrue(row.hasValue());
    assertTrue(row.hasMetadata());
    assertEquals(7, row.valueVersion());
    assertEquals(7, row.metadataVersion());
    assertEquals(9, row.expiresAtMicros());
    assertArrayEquals(new int[] {2, 300}, row.spaces());
    assertEquals(7, row.embeddingVersion(2));
    assertEquals(7, row.embeddingVersion(300));
    assertEquals(0, row.embeddingVersion(3));
    assertEquals(METADATA, row.metadata());
    assertEquals(Value.text("v"), row.value());
  }

  @Test
  void bytesValue_isReadBackWithItsType() {
    Value value = Value.bytes(new byte[] {1, 2, 3}, "image/png");
    assertEquals(value, row(1, null, value, null).value());
    Value empty = Value.bytes(new byte[0], "x/y");
    assertEquals(empty, row(1, null, empty, ENCODED).value());
  }

  @Test
  void rowWithoutParts_hasNone() {
    RecordRow row = row(3, null, null, null);
    assertFalse(row.hasValue());
    assertFalse(row.hasMetadata());
    assertNull(row.value());
    assertEquals(Metadata.EMPTY, row.metadata());
    assertEquals(0, row.valueVersion());
    assertEquals(0, row.metadataVersion());
    assertEquals(RecordRow.NEVER, row.expiresAtMicros());
    assertEquals(0, row.spaces().length);
    assertEquals(0, row.embeddingVersion(0));
  }

  @Test
  void tombstone_hasItsVersionAndTimeOnly() {
    RecordRow row = RecordRow.tombstone(0x0102, 0x0304);
    assertHex("80 0000000000000102 0000000000000304", row.toByteArray());
    assertTrue(row.isTombstone());
    assertEquals(0x0102, row.version());
    assertEquals(0x0304, row.timeMicros());
    assertFalse(row.hasValue());
    assertNull(row.value());
    assertEquals(Metadata.EMPTY, row.metadata());
    assertEquals(0, row.valueVersion());
    assertEquals(RecordRow.NEVER, row.expiresAtMicros());
    assertEquals(0, row.spaces().length);
  }

  @Test
  void expiry_holdsFromItsInstantOn() {
    RecordRow row = RecordRow.assemble(1, 1, null, Value.text("v"), null, 100, NONE);
    assertFalse(row.isExpired(99));
    assertTrue(row.isExpired(100));
    assertTrue(row.isExpired(101));
    assertFalse(row(1, null, Value.text("v"), null).isExpired(Long.MAX_VALUE));
  }

  @Test
  void writeOfMetadata_carriesTheValueOverWithItsVersion() {
    for (Value value : new Value[] {Value.text("v"), Value.bytes(new byte[] {7}, "a/b")}) {
      RecordRow first = row(5, null, value, null, 1);
      RecordRow next = row(8, first, null, ENCODED);
      assertEquals(value, next.value());
      assertEquals(5, next.valueVersion());
      assertEquals(8, next.metadataVersion());
      assertEquals(METADATA, next.metadata());
      RecordRow third = row(300, next, null, MetadataCodec.encode(Metadata.EMPTY));
      assertEquals(value, third.value());
      assertEquals(5, third.valueVersion());
      assertEquals(300, third.metadataVersion());
      assertEquals(Metadata.EMPTY, third.metadata());
      assertTrue(third.hasMetadata());
    }
  }

  @Test
  void writeOfAValue_carriesMetadataOverWithTheirVersion() {
    RecordRow first = row(5, null, Value.text("v"), ENCODED);
    RecordRow next = row(500, first, Value.bytes(new byte[] {7}, "a/b"), null);
    assertEquals(METADATA, next.metadata());
    assertEquals(5, next.metadataVersion());
    assertEquals(500, next.valueVersion());
    assertEquals(Value.bytes(new byte[] {7}, "a/b"), next.value());
    RecordRow back = row(501, next, Value.text("j"), null);
    assertEquals(Value.text("j"), back.value());
    assertEquals(5, back.metadataVersion());
  }

  @Test
  void writeOfAnEmbedding_carriesTheOthersOver_inOrderOfTheirSpaces() {
    RecordRow first = row(5, null, null, null, 4, 9);
    RecordRow next = row(7, first, null, null, 1, 9, 12);
    assertArrayEquals(new int[] {1, 4, 9, 12}, next.spaces());
    assertEquals(7, next.embeddingVersion(1));
    assertEquals(5, next.embeddingVersion(4));
    assertEquals(7, next.embeddingVersion(9));
    assertEquals(7, next.embeddingVersion(12));
    RecordRow last = row(9, next, Value.text("v"), null);
    assertArrayEquals(new int[] {1, 4, 9, 12}, last.spaces());
    assertEquals(5, last.embeddingVersion(4));
    assertEquals(7, last.embeddingVersion(12));
  }

  @Test
  void previousRowWithoutParts_givesNone() {
    RecordRow next = row(2, row(1, null, null, null), null, null);
    assertFalse(next.hasValue());
    assertFalse(next.hasMetadata());
    assertEquals(0, next.spaces().length);
  }

  @Test
  void historyRow_keepsTheRowBehindItsEnd() {
    RecordRow row = row(5, null, Value.text("v"), ENCODED, 3);
    byte[] bytes = HistoryRow.encode(0x0a0b, row);
    assertEquals(0x0a0b, HistoryRow.toIn(bytes));
    HistoryRow parsed = HistoryRow.parse(bytes);
    assertEquals(0x0a0b, parsed.to());
    assertEquals(Value.text("v"), parsed.row().value());
    assertEquals(METADATA, parsed.row().metadata());
    assertArrayEquals(row.toByteArray(), parsed.row().toByteArray());
    // A row that lies behind other bytes is carried over like any other.
    RecordRow next = row(9, parsed.row(), null, null);
    assertEquals(Value.text("v"), next.value());
    assertEquals(METADATA, next.metadata());
  }

  @Test
  void cutOffOrImpossible_isCorruption() {
    byte[] row = RecordRow.assemble(7, 8, null, null, ENCODED, 9, new int[] {2, 300}).toByteArray();
    assertCutOffIsCorruption(row, RecordRow::parse);
    assertCutOffIsCorruption(RecordRow.tombstone(1, 2).toByteArray(), RecordRow::parse);
    // More spaces than there are bytes.
    assertCorrupt("00 0000000000000001 0000000000000001 05 01", RecordRow::parse);
    // Metadata that are longer than the row.
    assertCorrupt("04 0000000000000001 0000000000000001 00 00 05 00", RecordRow::parse);
    assertThrows(CorruptionException.class, () -> RecordRow.versionIn(hex("00 000000000000")));
    RecordRow type = RecordRow.parse(hex("02 0000000000000001 0000000000000001 00 00 05 61"));
    assertThrows(CorruptionException.class, type::value);
  }
}
