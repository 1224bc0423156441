package dev.nacre.store;

import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.diff.RecordDiff;
import dev.nacre.error.ValidationException;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.commit.NamespaceRegistry;
import dev.nacre.store.layout.DiffPosition;
import dev.nacre.store.layout.PageCursor;
import dev.nacre.store.layout.TextKeys;
import dev.nacre.store.rocks.RocksEngine;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares a namespace at two moments, page by page. The keys that can differ are found in the log
 * when that is cheaper than a scan of the range at both moments; the first page decides, and its
 * cursor says so to the others. Thread-safe.
 */
final class DiffReads {
  private static final long PAGE_BYTES_MAX = 8L << 20;
  private static final int LOOKED_AT_MAX = 100_000;

  private final RocksEngine engine;
  private final NamespaceRegistry registry;
  private final GroupCommitter committer;
  private final RecordReader reader;
  private final Moments moments;
  private final StorageProbe probe;
  private final String lineage;

  DiffReads(OpenStore parts, RecordReader reader, Moments moments, StorageProbe probe) {
    this.engine = parts.engine();
    this.registry = parts.registry();
    this.committer = parts.committer();
    this.lineage = parts.lineage();
    this.reader = reader;
    this.moments = moments;
    this.probe = probe;
  }

  DiffPage diff(DiffRequest request) {
    ReadPoint from;
    ReadPoint to;
    byte[] after = new byte[0];
    @Nullable DiffPosition position = null;
    String cursor = request.cursor();
    if (cursor == null) {
      from = moments.resolve(request.from());
      to = moments.resolve(request.to());
    } else {
      PageCursor decoded = PageCursor.decode(cursor, PageCursor.Kind.DIFF, lineage);
      position = DiffPosition.of(decoded);
      from = position.from();
      to = decoded.readPoint();
      moments.check(from);
      moments.check(to);
      after = position.key();
    }
    TextKeys.checkNamespace(request.namespace());
    DiffSides sides =
        new DiffSides(
            registry.find(request.namespace(), from.version()),
            from,
            registry.find(request.namespace(), to.version()),
            to);
    checkFloors(sides);
    probe.beforeRead();
    String key = request.key();
    DiffPage page =
        key != null
            ? ofKey(key, sides, position)
            : ofRange(
                request.limit(),
                TextKeys.bound(request.prefix(), "prefix"),
                after,
                sides,
                position);
    // Again, for what was dropped meanwhile.
    checkFloors(sides);
    return page;
  }

  private void checkFloors(DiffSides sides) {
    // What can be read as of a version has its log from there on, too.
    NamespaceEntry before = sides.before();
    NamespaceEntry after = sides.after();
    if (before != null) {
      HistoryFloors.checkReadable(before, sides.from().version());
    }
    if (after != null) {
      HistoryFloors.checkReadable(after, sides.to().version());
    }
  }

  private DiffPage ofKey(String key, DiffSides sides, @Nullable DiffPosition position) {
    if (position != null) {
      throw new ValidationException(
          "the diff of one key has one page; this cursor is of another diff", Map.of("key", key));
    }
    Iterator<List<byte[]>> keys = List.of(List.of(TextKeys.key(key)), List.<byte[]>of()).iterator();
    try (RowPairs pairs = new KeyedPairs(reader, sides, keys::next)) {
      @Nullable RecordDiff diff =
          pairs.next() ? new RecordComparison(reader, sides).compare(pairs) : null;
      return new DiffPage(diff == null ? List.of() : List.of(diff), null, sides.from(), sides.to());
    }
  }

  private DiffPage ofRange(
      int limit, byte[] prefix, byte[] after, DiffSides sides, @Nullable DiffPosition position) {
    NamespaceEntry namespace = sides.before();
    boolean byLog = false;
    Function<NamespaceEntry, ScanRange> range =
        of -> ScanRange.ofRecords(of.id(), prefix, null, null, after.length == 0 ? null : after);
    @Nullable ChangedKeys changed = null;
    if (namespace != null && sides.areOfOneIncarnation()) {
      changed =
          new ChangedKeys(engine, namespace, sides, prefix, after, committer.visible().version());
      byLog = position == null ? changed.areFewerThan(range.apply(namespace)) : position.byLog();
    }
    try (RowPairs pairs =
        byLog && changed != null
            ? new KeyedPairs(reader, sides, changed)
            : new ScannedPairs(engine, committer, sides, range)) {
      return page(limit, pairs, sides, byLog);
    }
  }

  private DiffPage page(int limit, RowPairs pairs, DiffSides sides, boolean byLog) {
    RecordComparison comparison = new RecordComparison(reader, sides);
    List<RecordDiff> items = new ArrayList<>();
    long bytes = 0;
    int lookedAt = 0;
    while (pairs.next()) {
      lookedAt++;
      @Nullable RecordDiff diff = comparison.compare(pairs);
      if (diff != null) {
        items.add(diff);
        bytes += valueBytes(diff.left()) + valueBytes(diff.right());
      }
      if (items.size() >= limit || bytes >= PAGE_BYTES_MAX || lookedAt >= LOOKED_AT_MAX) {
        byte[] position = new DiffPosition(sides.from(), byLog, pairs.key()).encode();
        String cursor = new PageCursor(PageCursor.Kind.DIFF, sides.to(), position).encode();
        return new DiffPage(items, cursor, sides.from(), sides.to());
      }
    }
    return new DiffPage(items, null, sides.from(), sides.to());
  }

  private static long valueBytes(@Nullable VersionedRecord record) {
    return record == null ? 0 : record.value().map(Value::length).orElse(0);
  }
}
