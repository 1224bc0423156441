package dev.nacre.bench.raw;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Stores vectors with their records the way the product lays them out, and nothing else: for each a
 * row of floats, a head row and a log row, encoded beforehand.
 */
public final class RawLoad {
  private static final int KEY_PREFIX_BYTES = 8;

  private RawLoad() {}

  /**
   * What is stored for one record; bytes that are ready to write.
   *
   * @param key of the head row
   * @param head the head row: header, metadata and value
   * @param vectorKey of the row of floats
   * @param vector the floats, little-endian
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed to RocksDB as they are, compared by nobody.
  public record Row(byte[] key, byte[] head, byte[] vectorKey, byte[] vector) {

    /**
     * Encodes a record. {@code head} is what the product would store, up to its few bytes of
     * header.
     */
    public static Row of(String key, byte[] head, float[] vector) {
      byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
      byte[] headKey = ByteBuffer.allocate(Integer.BYTES + utf8.length).putInt(1).put(utf8).array();
      byte[] vectorKey =
          ByteBuffer.allocate(KEY_PREFIX_BYTES + utf8.length + Short.BYTES)
              .putInt(1)
              .putInt(1)
              .put(utf8)
              .array();
      byte[] floats = new byte[vector.length * Float.BYTES];
      ByteBuffer.wrap(floats).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(vector);
      return new Row(headKey, head, vectorKey, floats);
    }
  }

  /** Writes {@code rows} with an fsync every {@code batch} of them. */
  public static void run(RawStore store, List<Row> rows, int batch) throws RocksDBException {
    for (int from = 0; from < rows.size(); from += batch) {
      try (WriteBatch writes = new WriteBatch()) {
        for (int i = from; i < Math.min(rows.size(), from + batch); i++) {
          Row row = rows.get(i);
          writes.put(store.head(), row.key, row.head);
          writes.put(store.vector(), row.vectorKey, row.vector);
          byte[] logKey = ByteBuffer.allocate(16).putInt(1).putLong(from).putInt(i).array();
          writes.put(store.log(), logKey, row.key);
        }
        store.write(writes);
      }
    }
  }
}
