package dev.nacre;

import dev.nacre.error.ValidationException;
import dev.nacre.model.DeclaredFields;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.RecordCondition;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.runtime.Call;
import dev.nacre.runtime.Dispatcher;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Pages of a range as a transaction sees it. Its cursors name the last key that a page has covered,
 * and the run they belong to: another run reads at another point. Thread-safe.
 */
final class TransactionPages {
  private final Dispatcher dispatcher;
  private final ReadPoint at;
  private final String cursorStart =
      "tx." + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".";

  TransactionPages(Dispatcher dispatcher, ReadPoint at) {
    this.dispatcher = dispatcher;
    this.at = at;
  }

  /** The rest of a range, behind its cursor, without one. */
  ScanRequest continued(ScanRequest request) {
    String cursor = request.cursor();
    if (cursor == null) {
      return request;
    }
    // The least key behind another one is that with a zero byte more.
    String behind = keyIn(cursor) + "\0";
    String from = request.from();
    return request
        .withCursor(null)
        .withRange(
            from == null || OwnWrites.KEY_ORDER.compare(from, behind) < 0 ? behind : from,
            request.to());
  }

  private String keyIn(String cursor) {
    if (cursor.startsWith(cursorStart)) {
      try {
        return new String(
            Base64.getUrlDecoder().decode(cursor.substring(cursorStart.length())),
            StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        throw new ValidationException(
            "the cursor is none of this transaction's: " + e.getMessage(),
            Map.of("cursor", cursor),
            e);
      }
    }
    throw new ValidationException(
        "the cursor is none of this run of the transaction; begin again without a cursor",
        Map.of("cursor", cursor));
  }

  /**
   * One page.
   *
   * @param own the transaction's writes in the range, by key
   */
  CompletableFuture<Page<VersionedRecord>> read(
      ScanRequest range, NavigableMap<String, List<Write>> own) {
    // A record may match only because of what the transaction has written to it.
    ScanRequest unfiltered = range.withFilter(null);
    RecordCondition filter = range.filter();
    return DerivedRead.of(
        dispatcher.execute(
            new Call.Held<>(new Call.ScanAt(at, unfiltered), at, at.version(), range.namespace())),
        stored -> {
          Page<VersionedRecord> page = merged(stored, range, own);
          return filter == null ? page : filtered(page, filter, range.namespace());
        });
  }

  private Page<VersionedRecord> filtered(
      Page<VersionedRecord> page, RecordCondition filter, String namespace) {
    DeclaredFields declared = dispatcher.declaredFields(at, namespace);
    List<VersionedRecord> matching =
        page.items().stream()
            .filter(
                record ->
                    filter.matches(declared.of(record.metadata(), record.value().orElse(null))))
            .toList();
    return new Page<>(matching, page.cursor(), at);
  }

  private Page<VersionedRecord> merged(
      Page<VersionedRecord> stored, ScanRequest range, NavigableMap<String, List<Write>> own) {
    NavigableMap<String, VersionedRecord> records = new TreeMap<>(OwnWrites.KEY_ORDER);
    stored.items().forEach(record -> records.put(record.key(), record));
    // Behind the last stored record of the page others may come before our own.
    @Nullable String covered = stored.next().isPresent() ? stored.items().getLast().key() : null;
    (covered == null ? own : own.headMap(covered, true))
        .forEach(
            (key, writes) -> {
              VersionedRecord record = OwnWrites.after(records.get(key), key, writes, Set.of(), at);
              if (record == null) {
                records.remove(key);
              } else {
                records.put(key, record);
              }
            });
    List<VersionedRecord> items = new ArrayList<>(records.values());
    if (items.size() > range.limit()) {
      items = items.subList(0, range.limit());
      covered = items.getLast().key();
    }
    return new Page<>(items, covered == null ? null : cursor(covered), at);
  }

  private String cursor(String key) {
    return cursorStart
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }
}
