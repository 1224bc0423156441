package dev.nacre.store.layout;

import static dev.nacre.store.layout.Bytes.assertCorrupt;
import static dev.nacre.store.layout.Bytes.assertCutOffIsCorruption;
import static dev.nacre.store.layout.Bytes.assertHex;
import static dev.nacre.store.layout.Bytes.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.model.CommitAttributes;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metric;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.store.layout.RegistryRows.NamespaceRow;
import dev.nacre.store.layout.RegistryRows.SpaceRow;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The rows beside records: their bytes, what they are read back as, and damaged ones. */
class RowsTest {
  @Test
  void floor_isTheseBytes() {
    FloorRow row = new FloorRow(5, 6, 300, 7);
    assertHex("0000000000000005 0000000000000006 ac02 0000000000000007", row.encode());
    assertEquals(row, FloorRow.parse(row.encode()));
  }

  @Test
  void floorOfTheLogAlone_droppedTheHistoryAsFar() {
    assertEquals(new FloorRow(5, 4, 0, 0), FloorRow.parse(hex("0000000000000005")));
    assertEquals(FloorRow.NONE, FloorRow.parse(hex("0000000000000000")));
    assertCorrupt("0000000000000005 00", FloorRow::parse);
    assertCorrupt("", FloorRow::parse);
  }

  @Test
  void commit_isTheseBytes() {
    CommitRow plain = new CommitRow(0x0102, 0x0304, new int[] {5, 300}, CommitAttributes.NONE);
    assertHex("0000000000000102 0000000000000304 02 05 ac02 00 00", plain.encode());
    CommitAttributes attributes =
        new CommitAttributes("me", "mail", "key", Map.of("reason", "why"));
    byte[] bytes = new CommitRow(1, 2, new int[] {3}, attributes).encode();
    assertHex(
        "0000000000000001 0000000000000002 01 03 07 02 6d65 04 6d61696c 03 6b6579"
            + " 01 06 726561736f6e 03 776879",
        bytes);
    CommitRow row = CommitRow.parse(bytes);
    assertEquals(1, row.timeMicros());
    assertEquals(2, row.durableUpTo());
    assertArrayEquals(new int[] {3}, row.namespaces());
    assertEquals(attributes, row.attributes());
    assertEquals(1, CommitRow.timeIn(bytes));
    assertArrayEquals(new int[] {3}, CommitRow.namespacesIn(bytes));
    assertCutOffIsCorruption(bytes, CommitRow::parse);
    assertCorrupt("0000000000000001 0000000000000002 03 01 01", CommitRow::namespacesIn);
  }

  @Test
  void commitAttributes_eachAlone_areReadBackAsThemselves() {
    for (CommitAttributes attributes :
        List.of(
            CommitAttributes.NONE.withActor("a"),
            CommitAttributes.NONE.withSource("s"),
            CommitAttributes.NONE.withIdempotencyKey("i"),
            CommitAttributes.NONE.with("n", ""))) {
      byte[] bytes = new CommitRow(1, 2, new int[0], attributes).encode();
      assertEquals(attributes, CommitRow.parse(bytes).attributes());
    }
  }

  @Test
  void change_isTheseBytes() {
    assertHex(
        "81 02 01 ac02 6b", new LogRow(true, true, false, new int[] {1, 300}, hex("6b")).encode());
    assertHex("02 00 6b", new LogRow(false, false, true, new int[0], hex("6b")).encode());
    LogRow row = LogRow.parse(hex("81 02 01 ac02 6b6c"));
    assertTrue(row.delete());
    assertTrue(row.value());
    assertFalse(row.metadata());
    assertArrayEquals(new int[] {1, 300}, row.spaces());
    assertHex("6b6c", row.key());
    assertNull(row.purged());
    LogRow other = LogRow.parse(hex("02 00 6b"));
    assertFalse(other.delete());
    assertFalse(other.value());
    assertTrue(other.metadata());
  }

  @Test
  void changeThatWasPurged_saysOnlyThat() {
    byte[] bytes = LogRow.purged(0x0102, 0x0304).encode();
    assertHex("40 0000000000000102 0000000000000304", bytes);
    LogRow row = LogRow.parse(bytes);
    assertEquals(new LogRow.Purged(0x0102, 0x0304), row.purged());
    assertFalse(row.delete() || row.value() || row.metadata());
    assertEquals(0, row.key().length + row.spaces().length);
    assertCutOffIsCorruption(bytes, LogRow::parse);
  }

  @Test
  void changeOfMoreSpacesThanBytes_isCorruption() {
    assertCorrupt("", LogRow::parse);
    assertCorrupt("01", LogRow::parse);
    // Before, the key would have been taken for spaces, and nothing said.
    assertCorrupt("01 09 01 02 6b", LogRow::parse);
  }

  @Test
  void vector_isItsVersionAndLittleEndianFloats() {
    EmbeddingSpace space = new EmbeddingSpace("s", 2, Metric.DOT, null);
    byte[] row = new byte[VectorRow.length(2)];
    VectorRow.write(MemorySegment.ofArray(row), 0x0102, Embedding.of(space, 1f, -2f));
    assertHex("0000000000000102 0000803f 000000c0", row);
    assertEquals(0x0102, VectorRow.version(row));
    assertArrayEquals(new float[] {1f, -2f}, VectorRow.vector(row));
    assertEquals(8, VectorRow.floats(row).byteSize());
    VectorRow.setVersion(row, 0x0a);
    assertHex("000000000000000a 0000803f 000000c0", row);
    assertCorrupt("00000000000001", VectorRow::version);
  }

  @Test
  void idempotency_isOfItsDigest_orOfAnyOnceThatIsErased() {
    byte[] digest = new byte[32];
    digest[31] = 5;
    IdempotencyRow row = new IdempotencyRow(0x0102, 0x0304, digest, "l");
    byte[] bytes = row.encode();
    assertHex("0000000000000102 0000000000000304 " + "00".repeat(31) + "05 01 6c", bytes);
    IdempotencyRow parsed = IdempotencyRow.parse(bytes);
    assertEquals(0x0102, parsed.version());
    assertEquals(0x0304, parsed.timeMicros());
    assertEquals("l", parsed.lineage());
    assertTrue(parsed.isOf(digest));
    byte[] other = new byte[32];
    other[0] = 1;
    assertFalse(parsed.isOf(other));
    assertFalse(parsed.isOf(new byte[32]));
    IdempotencyRow erased = parsed.withoutDigest();
    assertTrue(erased.isOf(other));
    assertHex("0000000000000102 0000000000000304 " + "00".repeat(32) + " 01 6c", erased.encode());
    assertCutOffIsCorruption(bytes, IdempotencyRow::parse);
  }

  @Test
  void backup_isTheseBytes() {
    BackupRow row = new BackupRow(0x0102, "/b");
    assertHex("0000000000000102 02 2f62", row.encode());
    assertEquals(row, BackupRow.parse(row.encode()));
    assertCutOffIsCorruption(row.encode(), BackupRow::parse);
  }

  @Test
  void namespace_isTheseBytes() {
    NamespaceRow row = new NamespaceRow("n", 0x0102, Long.MAX_VALUE);
    assertHex("0000000000000102 7fffffffffffffff 01 6e", row.encode());
    assertEquals(row, NamespaceRow.parse(row.encode()));
    assertCutOffIsCorruption(row.encode(), NamespaceRow::parse);
  }

  @Test
  void space_isTheseBytes() {
    SpaceRow row = new SpaceRow(new EmbeddingSpace("s", 300, Metric.DOT, "m"), 0x0102);
    assertHex("0000000000000102 ac02 02 01 01 6d 01 73", row.encode());
    assertEquals(row, SpaceRow.parse(row.encode()));
    assertHex(
        "0000000000000001 01 01 00 01 73",
        new SpaceRow(new EmbeddingSpace("s", 1, Metric.COSINE, null), 1).encode());
    SpaceRow euclidean = new SpaceRow(new EmbeddingSpace("s", 1, Metric.EUCLIDEAN, null), 1);
    assertHex("0000000000000001 01 03 00 01 73", euclidean.encode());
    assertEquals(euclidean, SpaceRow.parse(euclidean.encode()));
    assertCutOffIsCorruption(row.encode(), SpaceRow::parse);
    assertCorrupt("0000000000000001 01 04 00 01 73", SpaceRow::parse);
    assertCorrupt("0000000000000001 01 00 00 01 73", SpaceRow::parse);
  }

  @Test
  void options_areTheseBytes_andWithoutRetentionAsBeforeThereWasOne() {
    assertHex("00 00", RegistryRows.encode(NamespaceOptions.DEFAULT));
    assertEquals(NamespaceOptions.DEFAULT, RegistryRows.parseOptions(hex("00 00")));
    NamespaceOptions options =
        new NamespaceOptions(
            List.of(EmbeddingSpace.of("a", 1), EmbeddingSpace.of("b", 2)),
            Duration.ofSeconds(300, 7),
            Retention.lastVersions(300));
    byte[] bytes = RegistryRows.encode(options);
    assertHex(
        "01 ac02 07 02 0000000000000000 01 01 00 01 61 0000000000000000 02 01 00 01 62 01 ac02",
        bytes);
    assertEquals(options, RegistryRows.parseOptions(bytes));
    NamespaceOptions lasting =
        NamespaceOptions.DEFAULT.withRetention(Retention.duration(Duration.ofSeconds(300, 7)));
    assertHex("00 00 02 ac02 07", RegistryRows.encode(lasting));
    assertEquals(lasting, RegistryRows.parseOptions(RegistryRows.encode(lasting)));
    NamespaceOptions declaring =
        NamespaceOptions.DEFAULT.withFields(
            List.of(new DeclaredField("a", "$.b"), new DeclaredField("ab", "$[*]")));
    assertHex(
        "00 00 00 02 01 61 03 24 2e 62 02 61 62 04 24 5b 2a 5d", RegistryRows.encode(declaring));
    assertEquals(declaring, RegistryRows.parseOptions(RegistryRows.encode(declaring)));
    NamespaceOptions all = options.withFields(declaring.fields());
    assertEquals(all, RegistryRows.parseOptions(RegistryRows.encode(all)));
    NamespaceOptions lastingAll = lasting.withFields(declaring.fields());
    assertEquals(lastingAll, RegistryRows.parseOptions(RegistryRows.encode(lastingAll)));
    assertCorrupt("00 00 00 01 01 61 01 62", RegistryRows::parseOptions);
    assertCorrupt("00 00 00 01 01 61", RegistryRows::parseOptions);
    assertCorrupt("00 00 03 01", RegistryRows::parseOptions);
    assertCorrupt("00 00 01", RegistryRows::parseOptions);
    assertCorrupt("01 01", RegistryRows::parseOptions);
    assertCorrupt("00 01", RegistryRows::parseOptions);
    assertCorrupt("", RegistryRows::parseOptions);
    assertEquals(Duration.ofSeconds(300, 7), Objects.requireNonNull(options.timeToLive()));
  }
}
