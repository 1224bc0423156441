package dev.nacre.store;

import dev.nacre.error.ValidationException;
import dev.nacre.model.AsOf;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryOrder;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.commit.NamespaceRegistry;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.PageCursor;
import dev.nacre.store.layout.RecordRow;
import dev.nacre.store.layout.TextKeys;
import dev.nacre.store.rocks.RocksEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads that are answered in pages. A cursor carries the read point and the place where its page
 * ended; it comes back from the caller and is not trusted. Thread-safe.
 */
final class PagedReads {
  private static final long PAGE_BYTES_MAX = 8L << 20;
  private static final int HISTORY_FIRST_PART = 4;
  private static final int HISTORY_PART_MAX = 512;

  private final RocksEngine engine;
  private final NamespaceRegistry registry;
  private final GroupCommitter committer;
  private final RecordReader reader;
  private final Moments moments;
  private final StorageProbe probe;
  private final String lineage;

  PagedReads(OpenStore parts, RecordReader reader, Moments moments, StorageProbe probe) {
    this.engine = parts.engine();
    this.registry = parts.registry();
    this.committer = parts.committer();
    this.lineage = parts.lineage();
    this.reader = reader;
    this.moments = moments;
    this.probe = probe;
  }

  /** Records of a range of keys. */
  Page<VersionedRecord> scan(ScanRequest request) {
    ReadPoint at;
    byte @Nullable [] after = null;
    String cursor = request.cursor();
    if (cursor == null) {
      at = moments.resolve(request.asOf());
    } else {
      PageCursor decoded = PageCursor.decode(cursor, PageCursor.Kind.SCAN, lineage);
      at = checked(decoded.readPoint());
      after = decoded.position();
    }
    return scan(request, at, after);
  }

  /** Records of a range of keys at a read point that is held. */
  Page<VersionedRecord> scan(ReadPoint at, ScanRequest request) {
    if (request.asOf() != AsOf.Now.NOW) {
      throw new ValidationException(
          "a scan at a read point that is held says asOf " + request.asOf() + "; leave it out",
          Map.of("asOf", request.asOf().toString()));
    }
    byte @Nullable [] after = null;
    String cursor = request.cursor();
    if (cursor != null) {
      PageCursor decoded = PageCursor.decode(cursor, PageCursor.Kind.SCAN, lineage);
      if (!decoded.readPoint().equals(at)) {
        throw new ValidationException(
            "the cursor is of version "
                + decoded.readPoint().version()
                + ", the scan is at version "
                + at.version()
                + "; begin again without a cursor",
            Map.of("version", Long.toString(at.version())));
      }
      after = decoded.position();
    }
    return scan(request, at, after);
  }

  private Page<VersionedRecord> scan(ScanRequest request, ReadPoint at, byte @Nullable [] after) {
    byte[] prefix = TextKeys.bound(request.prefix(), "prefix");
    byte @Nullable [] from = request.from() == null ? null : TextKeys.bound(request.from(), "from");
    byte @Nullable [] to = request.to() == null ? null : TextKeys.bound(request.to(), "to");
    TextKeys.checkNamespace(request.namespace());
    NamespaceEntry entry = registry.find(request.namespace(), at.version());
    if (entry == null) {
      return new Page<>(List.of(), null, at);
    }
    return page(entry, ScanRange.ofRecords(entry.id(), prefix, from, to, after), request, at);
  }

  private Page<VersionedRecord> page(
      NamespaceEntry entry, ScanRange range, ScanRequest request, ReadPoint at) {
    HistoryFloors.checkReadable(entry, at.version());
    probe.beforeRead();
    List<VersionedRecord> records = new ArrayList<>();
    RowFilter filter = RowFilter.of(request.filter(), entry, at);
    long bytes = 0;
    try (AsOfScan scan =
        new AsOfScan(
            engine,
            AsOfScan.Kind.RECORDS,
            range,
            RocksEngine.CursorUse.SHORT,
            at.version(),
            entry.purges(),
            committer::startedVersion)) {
      while (scan.next()) {
        RecordRow row = RecordReader.live(scan.record(), at);
        byte[] key = scan.key();
        if (row == null) {
          filter.skip();
        } else if (filter.matches(row)) {
          records.add(reader.record(entry, Keys.text(key), key, row, at, Set.of()));
          bytes += row.toByteArray().length;
        }
        if (records.size() >= request.limit() || bytes >= PAGE_BYTES_MAX || filter.isTired()) {
          HistoryFloors.checkReadable(entry, at.version());
          return new Page<>(records, new PageCursor(PageCursor.Kind.SCAN, at, key).encode(), at);
        }
      }
    }
    HistoryFloors.checkReadable(entry, at.version());
    return new Page<>(records, null, at);
  }

  /** Versions of a key, from either end. */
  Page<HistoryEntry> history(HistoryRequest request) {
    boolean newestFirst = request.order() == HistoryOrder.NEWEST_FIRST;
    PageCursor.Kind kind =
        newestFirst ? PageCursor.Kind.HISTORY : PageCursor.Kind.HISTORY_OLDEST_FIRST;
    ReadPoint at;
    long edge = newestFirst ? Long.MAX_VALUE : 0;
    String cursor = request.cursor();
    if (cursor == null) {
      at = moments.resolve(request.asOf());
    } else {
      PageCursor decoded = PageCursor.decode(cursor, kind, lineage);
      at = checked(decoded.readPoint());
      edge = decoded.positionVersion();
      if (edge < 1 || edge > at.version()) {
        throw new ValidationException(
            "the cursor continues at version "
                + edge
                + ", which its page cannot have ended at; begin again without a cursor",
            Map.of("version", Long.toString(edge)));
      }
    }
    byte[] key = TextKeys.key(request.key());
    TextKeys.checkNamespace(request.namespace());
    NamespaceEntry entry = registry.find(request.namespace(), at.version());
    if (entry == null) {
      return new Page<>(List.of(), null, at);
    }
    return page(entry, request, key, at, kind, edge);
  }

  /** A purge between two parts would leave half of what it has purged: then they are read again. */
  private Page<HistoryEntry> page(
      NamespaceEntry namespace,
      HistoryRequest request,
      byte[] key,
      ReadPoint at,
      PageCursor.Kind kind,
      long from) {
    while (true) {
      long purged = namespace.purges().newest();
      Page<HistoryEntry> page = parts(namespace, request, key, at, kind, from);
      if (namespace.purges().newest() == purged) {
        return page;
      }
    }
  }

  /** Values may be large: their bytes bound a page as its limit does, so it is read in parts. */
  private Page<HistoryEntry> parts(
      NamespaceEntry namespace,
      HistoryRequest request,
      byte[] key,
      ReadPoint at,
      PageCursor.Kind kind,
      long from) {
    List<HistoryEntry> entries = new ArrayList<>();
    long bytes = 0;
    long largest = 1;
    long part = HISTORY_FIRST_PART;
    long edge = from;
    while (entries.size() < request.limit() && bytes < PAGE_BYTES_MAX) {
      int wanted = (int) Math.min(part, request.limit() - entries.size());
      List<HistoryEntry> read =
          kind == PageCursor.Kind.HISTORY
              ? reader.history(namespace, request.key(), key, at, edge, wanted)
              : reader.historyOldestFirst(namespace, request.key(), key, at, edge, wanted);
      entries.addAll(read);
      if (read.size() < wanted) {
        return new Page<>(entries, null, at);
      }
      for (HistoryEntry entry : read) {
        long size = valueBytes(entry);
        bytes += size;
        largest = Math.max(largest, size);
      }
      edge = entries.getLast().version();
      part = Math.clamp((PAGE_BYTES_MAX - bytes) / largest, 1, HISTORY_PART_MAX);
    }
    return new Page<>(entries, new PageCursor(kind, at, PageCursor.position(edge)).encode(), at);
  }

  private static long valueBytes(HistoryEntry entry) {
    return entry
        .state()
        .flatMap(VersionedRecord::value)
        .map(value -> (long) value.length())
        .orElse(0L);
  }

  /** A read point out of a cursor: the caller may have made it up. */
  private ReadPoint checked(ReadPoint at) {
    if (at.version() < 0 || at.version() > committer.visible().version()) {
      throw new ValidationException(
          "the cursor names version "
              + at.version()
              + ", which is not there; begin again without a cursor",
          Map.of("version", Long.toString(at.version())));
    }
    return at;
  }
}
