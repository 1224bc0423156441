package dev.nacre.store;

import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.LogRow;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The keys of a namespace that can differ between two moments, from the log and the expiry queue.
 *
 * <p>A record differs because it was written in between, or because the same row has expired in
 * between. Of the latter the queue knows those that are still live; the others were written later
 * and are in the log behind the second moment. So the log is read from the first moment to its end.
 * For one thread.
 */
final class ChangedKeys implements KeyedPairs.KeySource {
  /** Keys that are kept at a time; the log is read again for more. */
  private static final int WINDOW = 4_096;

  private static final int STEPS = 64;

  private final RocksEngine engine;
  private final NamespaceEntry namespace;
  private final byte[] prefix;
  private final long afterVersion;
  private final long newestVersion;
  private final long afterMicros;
  private final long lastMicros;
  private byte[] afterKey;
  private boolean ended;

  /**
   * The keys behind {@code afterKey}.
   *
   * @param namespace the incarnation at both moments
   * @param newestVersion the visible version
   */
  ChangedKeys(
      RocksEngine engine,
      NamespaceEntry namespace,
      DiffSides sides,
      byte[] prefix,
      byte[] afterKey,
      long newestVersion) {
    this.engine = engine;
    this.namespace = namespace;
    this.prefix = prefix;
    this.afterKey = afterKey;
    this.afterVersion = sides.lowVersion();
    this.newestVersion = newestVersion;
    long from = Micros.of(sides.from().instant());
    long to = Micros.of(sides.to().instant());
    // Nothing is live before the first commit, which is later than the epoch.
    this.afterMicros = Math.max(0, Math.min(from, to));
    this.lastMicros = Math.max(0, Math.max(from, to));
  }

  @Override
  public List<byte[]> next() {
    if (ended) {
      return List.of();
    }
    TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
    Consumer<byte[]> collect =
        key -> {
          if (Keys.startsWith(key, prefix) && Arrays.compareUnsigned(key, afterKey) > 0) {
            keys.add(key);
            if (keys.size() > WINDOW) {
              keys.pollLast();
            }
          }
        };
    try (Walk log = log();
        Walk expiry = expiry()) {
      while (log.step(collect)) {
        // Everything is done by the step.
      }
      while (expiry.step(collect)) {
        // Everything is done by the step.
      }
    }
    if (keys.size() < WINDOW) {
      ended = true;
    } else {
      afterKey = keys.last();
    }
    return List.copyOf(keys);
  }

  /**
   * Whether finding the keys here takes fewer steps than scanning the range. Both are tried by
   * turns until one ends, so asking costs at most twice what the cheaper way takes.
   */
  boolean areFewerThan(ScanRange range) {
    Consumer<byte[]> ignore = _ -> {};
    try (Walk log = log();
        Walk expiry = expiry();
        RocksCursor head = engine.cursor(ColumnFamily.HEAD, RocksEngine.CursorUse.SHORT)) {
      head.seek(range.liveFrom());
      while (true) {
        for (int i = 0; i < STEPS; i++) {
          if (!log.step(ignore) && !expiry.step(ignore)) {
            return true;
          }
        }
        for (int i = 0; i < STEPS; i++) {
          if (!head.valid() || Arrays.compareUnsigned(head.key(), range.liveTo()) >= 0) {
            return false;
          }
          head.next();
        }
      }
    }
  }

  private Walk log() {
    byte[] ofNamespace = Keys.namespacePrefix(namespace.id());
    return new Walk(
        engine.cursor(ColumnFamily.LOG, RocksEngine.CursorUse.SHORT),
        Keys.log(namespace.id(), afterVersion + 1, 0),
        key -> Keys.startsWith(key, ofNamespace) && Keys.versionOfLog(key) <= newestVersion,
        (cursor, sink) -> {
          LogRow row = LogRow.parse(cursor.value());
          if (row.purged() == null) {
            sink.accept(row.key());
          }
        });
  }

  private Walk expiry() {
    return new Walk(
        engine.cursor(ColumnFamily.EXPIRY, RocksEngine.CursorUse.SHORT),
        Keys.expiry(afterMicros + 1, 0, new byte[0]),
        key -> {
          long micros = Keys.longAt(key, 0);
          return micros >= 0 && micros <= lastMicros;
        },
        (cursor, sink) -> {
          byte[] key = cursor.key();
          if (Keys.intAt(key, 8) == namespace.id()) {
            sink.accept(Keys.keyOfExpiry(key));
          }
        });
  }

  /** How a row gives its key away. */
  @FunctionalInterface
  private interface RowReader {
    void read(RocksCursor cursor, Consumer<byte[]> sink);
  }

  /** A walk over rows until one does not belong any more. */
  private static final class Walk implements AutoCloseable {
    private final RocksCursor cursor;
    private final Predicate<byte[]> belongs;
    private final RowReader reader;

    Walk(RocksCursor cursor, byte[] from, Predicate<byte[]> belongs, RowReader reader) {
      this.cursor = cursor;
      this.belongs = belongs;
      this.reader = reader;
      cursor.seek(from);
    }

    /** Reads a row and goes on; false when there is none. */
    boolean step(Consumer<byte[]> sink) {
      if (!cursor.valid() || !belongs.test(cursor.key())) {
        return false;
      }
      reader.read(cursor, sink);
      cursor.next();
      return true;
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
