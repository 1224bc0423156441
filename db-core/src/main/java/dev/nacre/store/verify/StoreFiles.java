package dev.nacre.store.verify;

import dev.nacre.error.CorruptionException;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** RocksDB's directory, opened apart from any store. Stateless. */
public final class StoreFiles {
  private static final long CACHE_BYTES = 32 << 20;
  private static final long BUFFER_BYTES = 32 << 20;

  /** How directories begin under {@code snapshots} that are needed for a moment only. */
  public static final String CHECKPOINT = ".checkpoint-";

  private StoreFiles() {}

  /** Opens it without writing. */
  public static RocksEngine openReadOnly(Path store) {
    return RocksEngine.open(new RocksEngine.Options(store, true, CACHE_BYTES, BUFFER_BYTES));
  }

  /** Opens it for writing; nobody else may have it. */
  public static RocksEngine open(Path store) {
    return RocksEngine.open(new RocksEngine.Options(store, false, CACHE_BYTES, BUFFER_BYTES));
  }

  /** A commit's version and time. */
  public record Moment(long version, long timeMicros) {}

  /** The newest commit; version 0 when there is none. */
  public static Moment lastCommit(RocksEngine engine) {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.COMMIT, RocksEngine.CursorUse.SHORT)) {
      return cursor.seekToLast()
          ? new Moment(Keys.versionOfCommit(cursor.key()), CommitRow.timeIn(cursor.value()))
          : new Moment(0, 0);
    }
  }

  /** The lineage that is stored. */
  public static String lineage(RocksEngine engine, Path place) {
    byte[] stored = engine.get(ColumnFamily.META, Keys.lineage());
    if (stored == null) {
      throw new CorruptionException(
          "the store in " + place + " has no lineage; restore it from a backup",
          Map.of("directory", place.toString()));
    }
    return new String(stored, StandardCharsets.UTF_8);
  }
}
