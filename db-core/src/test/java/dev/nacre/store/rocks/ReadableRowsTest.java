package dev.nacre.store.rocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.nacre.store.rocks.ReadableRows.Loss;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.EnvOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;

/** Rows out of single files: those that were put, by whatever mark, and none that were deleted. */
class ReadableRowsTest {
  /** Sequence number and count. */
  private static final byte[] HEADER = new byte[12];

  private static final byte[] KEY = {1, 'k'};
  private static final byte[] VALUE = {1, 'v'};
  private static final byte[] HEAD = {(byte) ColumnFamily.HEAD.id()};

  @TempDir private Path directory;
  private final List<String> rows = new ArrayList<>();

  private void row(ColumnFamily family, byte[] key, byte[] value) {
    rows.add(family + " " + text(key) + "=" + text(value));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private @Nullable Loss read(LogFile log) throws IOException {
    Path file = directory.resolve("000007.log");
    Files.write(file, log.toByteArray());
    return ReadableRows.log(file, this::row);
  }

  private static byte[] entry(int tag, byte[]... parts) {
    return LogFile.join(LogFile.bytes(tag), LogFile.join(parts));
  }

  @Test
  void puts_areRows_whateverElseIsInTheirBatch() throws IOException {
    byte[] batch =
        LogFile.join(
            HEADER,
            entry(0x05, HEAD, KEY, VALUE),
            entry(0x04, HEAD, KEY),
            entry(0x08, HEAD, KEY),
            entry(0x0E, HEAD, KEY, VALUE),
            entry(0x00, KEY),
            entry(0x07, KEY),
            entry(0x03, VALUE),
            entry(0x0F, KEY, VALUE),
            entry(0x0D),
            entry(0x01, KEY, VALUE));
    assertNull(read(new LogFile().physical(1, batch)));
    assertEquals(List.of("HEAD k=v", "DEFAULT k=v"), rows);
  }

  @Test
  void rowsOfAFamilyThatNoStoreHas_areNotTaken() throws IOException {
    byte[] foreign = LogFile.join(HEADER, entry(0x05, LogFile.bytes(99), KEY, VALUE));
    assertNull(read(new LogFile().physical(1, foreign)));
    assertEquals(List.of(), rows);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x02, 0x06, 0x10, 0x7F})
  void batchWithAnEntryThatIsNeverWritten_isLeftOutWhole_andTheNextIsRead(int tag)
      throws IOException {
    byte[] unknown = LogFile.join(HEADER, entry(0x05, HEAD, KEY, VALUE), entry(tag, KEY));
    byte[] good = LogFile.join(HEADER, entry(0x01, KEY, VALUE));
    Loss loss = read(new LogFile().physical(1, unknown).physical(1, good));
    assertNotNull(loss);
    assertEquals("a batch entry that Nacre never writes at byte 0", loss.what());
    assertNull(loss.family());
    assertEquals(List.of("DEFAULT k=v"), rows);
  }

  @Test
  void firstDamage_isTheOneThatIsSaid() throws IOException {
    byte[] good = LogFile.join(HEADER, entry(0x01, KEY, VALUE));
    Loss loss = read(new LogFile().physical(3, good).physical(1, good).physical(4, good));
    assertNotNull(loss);
    assertEquals("fragment without a beginning at byte 0", loss.what());
    assertEquals(1, rows.size());
  }

  @Test
  void sortedFileOfNoFamilyOfAStore_isSaid() throws RocksDBException {
    RocksDB.loadLibrary();
    Path file = directory.resolve("000009.sst");
    try (EnvOptions env = new EnvOptions();
        Options options = new Options();
        SstFileWriter writer = new SstFileWriter(env, options)) {
      writer.open(file.toString());
      writer.put(KEY, VALUE);
      writer.finish();
    }
    Loss loss = ReadableRows.sorted(file, this::row);
    assertNotNull(loss);
    assertEquals("it belongs to no column family of a store", loss.what());
    assertEquals(List.of(), rows);
  }

  @Test
  void sortedFileThatIsNone_isSaid() throws IOException {
    Path file = Files.write(directory.resolve("000009.sst"), new byte[100]);
    Loss loss = ReadableRows.sorted(file, this::row);
    assertNotNull(loss);
    assertNull(loss.family());
    assertEquals(List.of(), rows);
  }
}
