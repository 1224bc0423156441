package dev.nacre.store.rocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A seek from memory finds what is there, and says when it does not know. */
class CachedSeekTest {
  @TempDir private Path directory;

  @Test
  void seekCached_rowInAMemtable_isFound() throws StorageFailure {
    try (RocksEngine engine = open()) {
      put(engine, "b", "1");

      RocksEngine.CachedRow found = engine.seekCached(ColumnFamily.HISTORY, key("a"));

      assertFalse(found.isUnknown());
      assertArrayEquals(key("b"), found.key());
      assertArrayEquals(key("1"), found.value());
      assertSame(RocksEngine.CachedRow.NONE, engine.seekCached(ColumnFamily.HISTORY, key("c")));
    }
  }

  @Test
  void seekCached_rowInAFile_isUnknownUntilItsBlockIsRead() throws StorageFailure {
    try (RocksEngine engine = open()) {
      put(engine, "b", "1");
    }
    try (RocksEngine engine = open()) {
      assertTrue(engine.seekCached(ColumnFamily.HISTORY, key("a")).isUnknown());
      try (RocksCursor cursor = engine.cursor(ColumnFamily.HISTORY, RocksEngine.CursorUse.SHORT)) {
        assertTrue(cursor.seek(key("a")));
      }
      assertArrayEquals(key("b"), engine.seekCached(ColumnFamily.HISTORY, key("a")).key());
    }
  }

  @Test
  void seekCached_behindManyDeletedRows_leavesItToABoundedCursor() throws StorageFailure {
    try (RocksEngine engine = open()) {
      GroupBatch deletes = new GroupBatch();
      for (int i = 0; i < 1_000; i++) {
        put(engine, "a" + (1_000 + i), "1");
        deletes.delete(ColumnFamily.HISTORY, key("a" + (1_000 + i)));
      }
      put(engine, "b", "1");
      engine.write(deletes, false);

      assertTrue(engine.seekCached(ColumnFamily.HISTORY, key("a")).isUnknown());
      assertArrayEquals(key("b"), engine.seekCached(ColumnFamily.HISTORY, key("a1990")).key());
    }
  }

  private RocksEngine open() {
    return RocksEngine.open(new RocksEngine.Options(directory, false, 1 << 20, 1 << 20));
  }

  private static void put(RocksEngine engine, String key, String value) throws StorageFailure {
    GroupBatch batch = new GroupBatch();
    batch.put(ColumnFamily.HISTORY, key(key), key(value));
    engine.write(batch, false);
  }

  private static byte[] key(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
