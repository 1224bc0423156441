package dev.nacre.store.rocks;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.CorruptionException;
import dev.nacre.error.UnavailableException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;

/** A position in one column family, over the state at its creation. For one thread. */
public final class RocksCursor implements AutoCloseable {
  private final RocksIterator iterator;
  private final ReadOptions options;
  private final @Nullable Slice bound;
  private final ColumnFamily family;
  private boolean valid;

  RocksCursor(
      RocksIterator iterator, ReadOptions options, @Nullable Slice bound, ColumnFamily family) {
    this.iterator = iterator;
    this.options = options;
    this.bound = bound;
    this.family = family;
  }

  /** Moves to the first entry at or after {@code key}; returns whether there is one. */
  @CanIgnoreReturnValue
  public boolean seek(byte[] key) {
    iterator.seek(key);
    return check();
  }

  /** Moves to the last entry at or before {@code key}; returns whether there is one. */
  @CanIgnoreReturnValue
  public boolean seekForPrev(byte[] key) {
    iterator.seekForPrev(key);
    return check();
  }

  /** Moves to the last entry; returns whether there is one. */
  @CanIgnoreReturnValue
  public boolean seekToLast() {
    iterator.seekToLast();
    return check();
  }

  /** Moves to the next entry; returns whether there is one. */
  @CanIgnoreReturnValue
  public boolean next() {
    iterator.next();
    return check();
  }

  /** Moves to the entry before; returns whether there is one. */
  @CanIgnoreReturnValue
  public boolean prev() {
    iterator.prev();
    return check();
  }

  /** Whether the cursor is on an entry. */
  public boolean valid() {
    return valid;
  }

  /** The key of the entry. */
  public byte[] key() {
    return iterator.key();
  }

  /** The value of the entry. */
  public byte[] value() {
    return iterator.value();
  }

  private boolean check() {
    valid = iterator.isValid();
    if (!valid) {
      try {
        iterator.status();
      } catch (RocksDBException e) {
        throw readFailure(family, e);
      }
    }
    return valid;
  }

  /** What a read error means to the caller. */
  static RuntimeException readFailure(ColumnFamily family, RocksDBException e) {
    Map<String, String> details = Map.of("columnFamily", family.title());
    if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption) {
      return new CorruptionException(
          "stored bytes of \""
              + family.title()
              + "\" are damaged: "
              + e.getMessage()
              + "; restore the directory from a backup",
          details,
          e);
    }
    return new UnavailableException(
        "reading \"" + family.title() + "\" failed: " + e.getMessage(), details, e);
  }

  @Override
  public void close() {
    iterator.close();
    options.close();
    if (bound != null) {
      bound.close();
    }
  }
}
