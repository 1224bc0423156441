package dev.nacre.store.rocks;

import static dev.nacre.store.rocks.LogFile.bytes;
import static dev.nacre.store.rocks.LogFile.join;
import static dev.nacre.store.rocks.LogFile.little;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RocksDB's formats as its sources define them: records that it writes, or may, or never would. */
class LogFormatTest {
  private static final int NUMBER = 7;
  private static final int COMMIT = 2;

  @TempDir Path temp;

  // ---- Physical records.

  /** What is met in a file, as text. */
  private List<String> met(LogFile file) throws IOException {
    return met(file.toByteArray());
  }

  private List<String> met(byte[] file) throws IOException {
    Path path = temp.resolve("000007.log");
    Files.write(path, file);
    List<String> met = new ArrayList<>();
    try (LogBytes bytes = new LogBytes(path)) {
      new LogFileReader(
              "000007.log",
              NUMBER,
              bytes,
              new LogFileReader.Visitor() {
                @Override
                public void record(long offset, LogRecord record, boolean readable) {
                  StringBuilder text = new StringBuilder();
                  try {
                    while (record.remaining() > 0) {
                      text.append((char) record.u8());
                    }
                  } catch (MalformedRecordException e) {
                    throw new AssertionError(e);
                  }
                  met.add(offset + (readable ? " " : " unread ") + text);
                }

                @Override
                public void damage(long offset, String what, boolean noticed) {
                  met.add(offset + (noticed ? " ! " : " !unnoticed ") + what);
                }
              })
          .read();
    }
    return met;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void records_wholeAndInFragments_areRead() throws IOException {
    assertEquals(
        List.of("0 a", "8 bcd", "32 "),
        met(
            new LogFile()
                .physical(1, text("a"))
                .physical(2, text("b"))
                .physical(3, text("c"))
                .physical(4, text("d"))
                .physical(1, text(""))));
  }

  @Test
  void recyclableRecords_areReadWhenTheyAreOfThisFile() throws IOException {
    assertEquals(
        List.of("0 a", "12 bcd"),
        met(
            new LogFile()
                .recyclable(5, NUMBER, text("a"))
                .recyclable(6, NUMBER, text("b"))
                .recyclable(7, NUMBER, text("c"))
                .recyclable(8, NUMBER, text("d"))
                // Of an earlier life of the file: here it ends, and nothing is wrong.
                .recyclable(5, NUMBER - 1, text("x"))
                .recyclable(5, NUMBER, text("y"))));
  }

  @Test
  void recordOfAnotherLife_foundBehindDamage_endsTheSearch() throws IOException {
    LogFile file =
        new LogFile()
            .physical(1, text("a"))
            .recyclable(5, NUMBER - 1, text("x"))
            .recyclable(5, NUMBER, text("y"));
    byte[] damaged = file.toByteArray();
    damaged[7] ^= 1;
    assertEquals(List.of("0 ! checksum is wrong"), met(damaged));
  }

  @Test
  void recordsThatSayHowTheOthersAreWritten_arePassedOver() throws IOException {
    assertEquals(
        List.of("11 a"),
        met(
            new LogFile()
                .physical(9, new byte[4])
                .physical(1, text("a"))
                .physical(10, text("size"))
                .recyclable(11, NUMBER, text("size"))
                .physical(128, text("later"))
                .recyclable(131, NUMBER, text("later"))));
  }

  @Test
  void compressedLog_isRefused() {
    for (byte[] payload : List.of(bytes(1, 0, 0, 0), bytes(0, 0))) {
      FormatException e =
          assertThrows(FormatException.class, () -> met(new LogFile().physical(9, payload)));
      assertEquals("000007.log", e.details().get("file"));
    }
  }

  @Test
  void recordOfUnknownType_isDamage() throws IOException {
    assertEquals(
        List.of("0 ! unknown record type 12", "8 unread b"),
        met(new LogFile().physical(12, text("a")).physical(1, text("b"))));
  }

  @Test
  void fragmentsOutOfPlace_areDamage() throws IOException {
    assertEquals(
        List.of("0 ! fragment without a beginning", "8 unread a"),
        met(new LogFile().physical(3, text("x")).physical(1, text("a"))));
    assertEquals(
        List.of("0 ! fragment without a beginning"), met(new LogFile().physical(4, text("x"))));
    assertEquals(
        List.of("0 ! record has no end", "8 unread a"),
        met(new LogFile().physical(2, text("x")).physical(1, text("a"))));
    assertEquals(List.of("0 ! record has no end"), met(new LogFile().physical(2, text("x"))));
    // RocksDB's own writer left empty first fragments once; they mean nothing.
    assertEquals(List.of("7 a"), met(new LogFile().physical(2, text("")).physical(1, text("a"))));
  }

  @Test
  void headerThatIsCutOff_isDamage() throws IOException {
    assertEquals(
        List.of("0 a", "8 ! record header is cut off"),
        met(new LogFile().physical(1, text("a")).raw((byte) 1, (byte) 2)));
    assertEquals(
        List.of("0 ! record is longer than its block or file"),
        met(Arrays.copyOf(new LogFile().physical(1, text("abc")).toByteArray(), 9)));
    assertEquals(
        List.of("0 ! record is longer than its block or file"),
        met(Arrays.copyOf(new LogFile().recyclable(5, NUMBER, text("")).toByteArray(), 9)));
  }

  @Test
  void blockThatEndsInLessThanAHeader_goesOnInTheNext() throws IOException {
    byte[] most = new byte[LogFileReader.BLOCK - 7 - 3];
    Arrays.fill(most, (byte) 'm');
    LogFile file = new LogFile().physical(1, most).physical(1, text("a"));
    assertEquals(LogFileReader.BLOCK + 8, file.size());
    assertEquals(List.of("32768 a"), met(file).subList(1, 2));
    // A record that another block goes on with, whose first block ends in zeros.
    LogFile torn = new LogFile().physical(2, text("a")).raw(new byte[100]);
    assertEquals(List.of("0 ! zeros in the middle of a record"), met(torn));
  }

  @Test
  void zerosInPlaceOfARecord_areDamageThatRocksDbDoesNotNotice() throws IOException {
    byte[] rest = new LogFile().physical(1, text("b")).toByteArray();
    assertEquals(
        List.of("0 a", "8 !unnoticed zeros in place of a record", "38 unread b"),
        met(new LogFile().physical(1, text("a")).raw(new byte[30]).raw(rest)));
    // It goes on at the next block.
    LogFile far = new LogFile().physical(1, text("a")).raw(new byte[30]).raw(rest);
    far.raw(new byte[LogFileReader.BLOCK - far.size()]).raw(rest);
    assertEquals(
        List.of("0 a", "8 !unnoticed zeros in place of a record", "38 unread b", "32768 b"),
        met(far));
    // Unless the search found a beginning there, which RocksDB did not see.
    byte[] first = new LogFile().physical(2, text("c")).toByteArray();
    LogFile begun = new LogFile().raw(new byte[30]).raw(first);
    begun
        .raw(new byte[LogFileReader.BLOCK - begun.size()])
        .raw(new LogFile().physical(4, text("d")).toByteArray())
        .raw(rest);
    List<String> met = met(begun);
    assertEquals("0 !unnoticed zeros in place of a record", met.getFirst());
    assertTrue(met.getLast().endsWith(" unread b"), met::toString);
  }

  // ---- Fields of records.

  private static LogRecord fields(LogBytes bytes, long length, int... cuts) {
    LogRecord record = new LogRecord(bytes);
    record.clear();
    long from = 0;
    for (int cut : cuts) {
      record.append(from, (int) (cut - from));
      from = cut;
    }
    record.append(from, (int) (length - from));
    record.rewind();
    return record;
  }

  @Test
  void fields_crossFragmentsAndEndWithTheirRecord() throws Exception {
    Path file = temp.resolve("fields");
    byte[] content = new byte[40];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i + 1);
    }
    Files.write(file, content);
    try (LogBytes bytes = new LogBytes(file)) {
      assertEquals(0, new LogRecord(bytes).end());
      // More fragments than a record begins with room for, some of them empty.
      LogRecord record = fields(bytes, 40, 1, 1, 2, 3, 5, 8, 9, 10, 11, 12);
      assertEquals(40, record.end());
      assertEquals(0x0403_0201L, record.littleEndian(4));
      assertEquals(0x05060708090a0b0cL, record.bigEndian64());
      assertEquals(13, record.varint32());
      record.skip(1);
      record.skipVarint();
      record.skip((int) record.remaining());
      assertEquals(0, record.remaining());
      assertThrows(MalformedRecordException.class, record::u8);
      assertThrows(MalformedRecordException.class, () -> record.skip(1));
      assertThrows(MalformedRecordException.class, () -> record.skip(-1));
      record.rewind();
      record.skip(4);
      assertEquals(5, record.u8());
    }
  }

  @Test
  void numbersThatAreTooLong_areRefused() throws Exception {
    Path file = temp.resolve("numbers");
    byte[] content = new byte[11];
    Arrays.fill(content, (byte) 0x80);
    Files.write(file, content);
    try (LogBytes bytes = new LogBytes(file)) {
      assertThrows(MalformedRecordException.class, () -> fields(bytes, 11).varint64());
      assertThrows(MalformedRecordException.class, () -> fields(bytes, 11).skipVarint());
      assertThrows(MalformedRecordException.class, () -> fields(bytes, 3).varint64());
    }
    Files.write(file, bytes(0xff, 0xff, 0xff, 0xff, 0x1f, 0xff, 0xff, 0xff, 0xff, 0x0f));
    try (LogBytes bytes = new LogBytes(file)) {
      assertThrows(MalformedRecordException.class, () -> fields(bytes, 10).varint32());
      LogRecord record = fields(bytes, 10);
      assertEquals(0x1_ffff_ffffL, record.varint64());
      assertEquals(-1, record.varint32());
    }
  }

  // ---- Batches.

  private LogCheckResult check(LogFile log) throws IOException {
    Files.write(temp.resolve("000007.log"), log.toByteArray());
    return WriteAheadLogCheck.check(temp, COMMIT);
  }

  private static byte[] batch(long sequence, int count, byte[]... entries) {
    return join(little(sequence, 8), little(count, 4), join(entries));
  }

  private static byte[] commit(long version, long durable) {
    return join(
        bytes(0x05, COMMIT, 8),
        ByteBuffer.allocate(8).putLong(version).array(),
        bytes(16),
        ByteBuffer.allocate(16).putLong(1000).putLong(durable).array());
  }

  @Test
  void everyEntryOfABatch_isPassedOver() throws IOException {
    byte[] one = bytes(1, 'k');
    byte[] two = bytes(1, 'k', 2, 'v', 'w');
    byte[] family = bytes(3);
    List<byte[]> counted = new ArrayList<>();
    for (int tag : new int[] {0x05, 0x06, 0x10, 0x17, 0x19, 0x0E}) {
      counted.add(join(bytes(tag), family, two));
    }
    for (int tag : new int[] {0x01, 0x02, 0x11, 0x16, 0x18, 0x0F}) {
      counted.add(join(bytes(tag), two));
    }
    for (int tag : new int[] {0x04, 0x08}) {
      counted.add(join(bytes(tag), family, one));
    }
    counted.add(join(bytes(0x00), one));
    counted.add(join(bytes(0x07), one));
    // Another entry of the commits, which is none of theirs.
    counted.add(join(bytes(0x06, COMMIT), two));
    List<byte[]> others = new ArrayList<>();
    for (int tag : new int[] {0x03, 0x0A, 0x0B, 0x0C}) {
      others.add(join(bytes(tag), one));
    }
    others.add(join(bytes(0x15), two));
    for (int tag : new int[] {0x09, 0x0D, 0x12, 0x13}) {
      others.add(bytes(tag));
    }
    byte[] entries =
        join(join(counted.toArray(byte[][]::new)), join(others.toArray(byte[][]::new)));
    LogFile log =
        new LogFile()
            .physical(1, batch(1, counted.size() + 1, entries, commit(1, 0)))
            .physical(1, batch(counted.size() + 2, 1, commit(2, 1)));
    assertEquals(new LogCheckResult(1, 2, 1, ""), check(log));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x14, 0x1A, 0x7F, 0xFF})
  void unknownEntry_isCorruption(int tag) {
    malformed(batch(1, 1, bytes(tag, 0, 0)), "unknown batch entry");
  }

  @Test
  void batchThatIsNotWhatItsHeaderSays_isCorruption() {
    malformed(batch(1, 2, commit(1, 0)), "batch has 1 entries, its header says 2");
    malformed(batch(1, 1, bytes(0x05, COMMIT, 7)), "key of 7 bytes");
    byte[] row = commit(1, 0);
    row[11] = 15;
    malformed(batch(1, 1, row), "value of 15 bytes");
    row[11] = 17;
    malformed(batch(1, 1, row), "longer than its record");
    malformed(batch(1, 1, bytes(0x05, 3, 9, 1)), "longer than its record");
  }

  private void malformed(byte[] batch, String why) {
    CorruptionException e =
        assertThrows(CorruptionException.class, () -> check(new LogFile().physical(1, batch)));
    assertTrue(String.valueOf(e.getMessage()).contains(why), e::toString);
    assertEquals("0", e.details().get("offset"));
  }

  @Test
  void recordThatIsTooShortForABatch_endsTheLog() throws IOException {
    LogFile log = new LogFile().physical(1, batch(1, 1, commit(1, 0)));
    int end = log.size();
    LogCheckResult result = check(log.physical(1, new byte[11]));
    assertEquals(1, result.lastVersion());
    assertTrue(result.damage().endsWith("at byte " + end + ": record of 11 bytes"));
    assertTrue(result.damaged());
  }

  @Test
  void bytesBehindDamageThatOnlyLookLikeABatch_sayNothing() throws IOException {
    LogFile log = new LogFile().physical(1, batch(1, 1, commit(1, 0)));
    int second = log.size();
    byte[] bytes =
        log.physical(1, batch(2, 1, commit(2, 0)))
            .physical(1, new byte[3])
            .physical(1, batch(3, 1, bytes(0x7f)))
            .toByteArray();
    bytes[second + 20] ^= 1;
    Files.write(temp.resolve("000007.log"), bytes);
    LogCheckResult result = WriteAheadLogCheck.check(temp, COMMIT);
    assertEquals(1, result.lastVersion());
    assertTrue(result.damage().contains("checksum is wrong"));
  }

  @Test
  void filesThatAreNoLogs_areNotRead() throws IOException {
    Files.write(temp.resolve("x.log"), bytes(1, 2, 3));
    Files.write(temp.resolve("0000000000000000001.log"), bytes(1, 2, 3));
    assertEquals(LogCheckResult.EMPTY, WriteAheadLogCheck.check(temp, COMMIT));
  }

  // ---- Manifests.

  /** Tags above 127 are written as the two bytes of their varint. */
  private long oldestLog(byte[]... edits) throws IOException {
    LogFile manifest = new LogFile();
    for (byte[] edit : edits) {
      manifest.physical(1, edit);
    }
    return oldestLogOf(manifest.toByteArray());
  }

  private long oldestLogOf(byte[] manifest) throws IOException {
    Files.writeString(temp.resolve("CURRENT"), "MANIFEST-000003\n");
    Files.write(temp.resolve("MANIFEST-000003"), manifest);
    return ManifestReader.oldestLogNumber(temp);
  }

  @Test
  void oldestLog_isThatOfTheFamilyThatWasFlushedFirst() throws IOException {
    assertEquals(0, oldestLog(bytes(1, 1, 'c')));
    assertEquals(5, oldestLog(bytes(2, 5)));
    assertEquals(5, oldestLog(bytes(2, 5), bytes(2, 4)));
    assertEquals(6, oldestLog(bytes(2, 9), bytes(200, 1, 1, 201, 1, 1, 'a', 2, 6)));
    // A family that was made and not flushed reads every log.
    assertEquals(0, oldestLog(bytes(2, 9), bytes(200, 1, 1, 201, 1, 1, 'a')));
    // One that was dropped reads none.
    assertEquals(
        9,
        oldestLog(bytes(2, 9), bytes(200, 1, 1, 201, 1, 1, 'a', 2, 6), bytes(200, 1, 1, 202, 1)));
    assertEquals(12, oldestLog(bytes(2, 9), bytes(10, 12)));
    // An edit of another family that says nothing of logs makes no family.
    assertEquals(9, oldestLog(bytes(2, 9), bytes(200, 1, 7, 203, 1, 3)));
  }

  @Test
  void everyFieldOfAnEdit_isPassedOver() throws IOException {
    // A key of RocksDB's own: one byte, then eight of sequence and type.
    byte[] key = bytes(9, 'k', 1, 0, 0, 0, 0, 0, 0, 0);
    byte[] edit =
        join(
            bytes(1, 1, 'c', 3, 1, 4, 1, 9, 1),
            bytes(5, 1, 1, 'k'),
            bytes(6, 1, 2),
            // Level, number, size, smallest, largest; then sequences; the path before the size.
            join(bytes(7, 0, 8, 9), key, key),
            join(bytes(100, 0, 8, 9), key, key, bytes(1, 2)),
            join(bytes(102, 0, 8, 0, 9), key, key, bytes(1, 2)),
            join(
                bytes(103, 0, 8, 9),
                key,
                key,
                bytes(1, 2),
                // Another field; the log to keep; the end.
                bytes(2, 1, 'x', 3, 8),
                little(11, 8),
                bytes(1)),
            bytes(0xAC, 2, 4, 203, 1, 2),
            // One that may be ignored: 1 << 13 and its length.
            bytes(0x80, 0x40, 2, 'x', 'y'),
            bytes(2, 10));
    assertEquals(11, oldestLog(edit));
  }

  @Test
  void editThatIsUnknownOrDamaged_isPassedOver_soThatMoreLogsAreRead() throws IOException {
    assertEquals(5, oldestLog(bytes(2, 5), bytes(77, 1, 2, 9)));
    assertEquals(5, oldestLog(bytes(2, 5), bytes(2)));
    LogFile manifest = new LogFile().physical(1, bytes(2, 5));
    int second = manifest.size();
    byte[] damaged = manifest.physical(1, bytes(2, 9)).physical(1, bytes(2, 11)).toByteArray();
    damaged[second + 7] ^= 1;
    assertEquals(5, oldestLogOf(damaged));
  }

  @Test
  void directoryWithoutAManifest_readsEveryLog() throws IOException {
    assertEquals(0, ManifestReader.oldestLogNumber(temp));
    assertNull(ManifestTail.find(temp));
    for (String current :
        List.of(
            "",
            "MANIFEST-x\n",
            "MANIFEST-9999999999999999999\n",
            "\0\0\0\0",
            "MANIFEST-000009\n")) {
      Files.writeString(temp.resolve("CURRENT"), current);
      assertEquals(0, ManifestReader.oldestLogNumber(temp));
      assertNull(ManifestTail.find(temp));
      assertEquals(1, StorageFileCheck.manifest(temp).size());
      assertEquals("CURRENT", StorageFileCheck.manifest(temp).getFirst().file());
    }
    Files.delete(temp.resolve("CURRENT"));
    assertEquals("it is missing", StorageFileCheck.manifest(temp).getFirst().what());
  }

  @Test
  void manifestsTornEnd_isFoundWhenNothingThatMattersFollows() throws IOException {
    LogFile whole = new LogFile().physical(1, bytes(2, 5));
    int end = whole.size();
    assertEquals(5, oldestLogOf(whole.toByteArray()));
    assertNull(ManifestTail.find(temp));
    byte[] torn = whole.physical(1, bytes(2, 9)).toByteArray();
    torn[end + 7] ^= 1;
    assertEquals(5, oldestLogOf(torn));
    ManifestTail.Torn found = torn();
    assertEquals(end, found.end());
    assertEquals(temp.resolve("MANIFEST-000003"), found.file());
    assertEquals(1, StorageFileCheck.manifest(temp).size());
    // One write may have left its end without its middle.
    assertEquals(5, oldestLogOf(join(torn, new LogFile().physical(1, bytes(2, 11)).toByteArray())));
    assertEquals(end, torn().end());
    // What lies far behind was another write: then the damage is no torn end.
    byte[] far = new byte[5000];
    Arrays.fill(far, (byte) 1);
    byte[] late =
        join(torn, new LogFile().physical(1, join(bytes(1), bytes(0x88, 0x27), far)).toByteArray());
    assertEquals(5, oldestLogOf(late));
    assertNull(ManifestTail.find(temp));
    // Nothing whole at all: that is not a torn end either.
    assertEquals(0, oldestLogOf(Arrays.copyOf(torn, 5)));
    assertNull(ManifestTail.find(temp));
  }

  private ManifestTail.Torn torn() throws IOException {
    return Objects.requireNonNull(ManifestTail.find(temp));
  }
}
