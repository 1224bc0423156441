package dev.nacre.runtime;

import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.error.ValidationException;
import dev.nacre.feed.WatchRequest;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.CompactReport;
import dev.nacre.maintain.ExportReport;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.ImportReport;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.maintain.PurgeReport;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.maintain.SweepReport;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.Durability;
import dev.nacre.model.HistoryEntry;
import dev.nacre.model.HistoryRequest;
import dev.nacre.model.Namespace;
import dev.nacre.model.Page;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.sql.arrow.ArrowExport;
import dev.nacre.sql.arrow.ArrowImport;
import dev.nacre.store.CachedRead;
import dev.nacre.store.FeedPosition;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import dev.nacre.store.maintain.BackupWriter;
import dev.nacre.store.maintain.JsonLinesExport;
import dev.nacre.store.maintain.JsonLinesImport;
import dev.nacre.store.maintain.Purger;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One operation on the database, as plain data: what is asked, apart from how it is run.
 *
 * @param <R> the type of its answer
 */
public sealed interface Call<R> {

  /** Its name, for messages. */
  String operation();

  /**
   * A read: answered on a thread of the pool, or at once when it can be answered from memory.
   *
   * @param <R> the type of its answer
   */
  sealed interface Read<R> extends Call<R> {
    /** The answer; may touch the disk. */
    R answer(Engines engines);

    /** A completed future, when memory has the answer; null when it has not. Never blocks. */
    default @Nullable CompletableFuture<R> answerFromMemory(Engines engines) {
      return null;
    }

    /**
     * Whether it goes on with something that was accepted, and so is not refused when many wait.
     */
    default boolean isAccepted() {
      return false;
    }

    /**
     * Whether a thread that waits for the answer had better read it itself: it takes no longer than
     * handing it over, and opens no file. Never blocks.
     */
    default boolean isBrief(Engines engines) {
      return false;
    }

    /** Lets go of an answer that nobody takes, because the call was cancelled or late. */
    default void discard(R answer) {}
  }

  /** Commits a batch. */
  record Put(WriteBatch batch, Durability durability, Duration timeout) implements Call<Commit> {
    @Override
    public String operation() {
      return "a write";
    }
  }

  /** Embeds a text, adds the embedding to a write and commits it. */
  record PutText(
      Write.Upsert write,
      String text,
      CommitAttributes attributes,
      Durability durability,
      Duration timeout)
      implements Call<Commit> {
    @Override
    public String operation() {
      return "a write with a text to embed";
    }
  }

  /** Finds what is nearest to a text's embedding. */
  record SimilarText(SearchRequest request) implements Call<SearchResult> {
    @Override
    public String operation() {
      return "similar by text";
    }
  }

  /** Finds what is nearest to a vector. */
  record Similar(SearchRequest request) implements Read<SearchResult> {
    /** Whole records of more hits may come from the disk one by one. */
    private static final int BRIEF_K_MAX = 100;

    @Override
    public String operation() {
      return "similar";
    }

    @Override
    public boolean isBrief(Engines engines) {
      return request.k() <= BRIEF_K_MAX
          && engines.startedSearch().filter(search -> search.isAtHand(request)).isPresent();
    }

    @Override
    public SearchResult answer(Engines engines) {
      return engines.similar(request);
    }
  }

  /** Reads one record. */
  record Get(String namespace, String key, AsOf asOf, Set<String> spaces)
      implements Read<Optional<VersionedRecord>> {
    @Override
    public String operation() {
      return "get";
    }

    @Override
    public @Nullable CompletableFuture<Optional<VersionedRecord>> answerFromMemory(
        Engines engines) {
      return cached(engines) instanceof CachedRead.Answer found
          ? CompletableFuture.completedFuture(found.answer())
          : null;
    }

    /** What memory knows. */
    private CachedRead cached(Engines engines) {
      if (!spaces.isEmpty()) {
        return CachedRead.NotCached.NOT_CACHED;
      }
      Store store = engines.store();
      ReadPoint at = store.resolveCached(asOf);
      return at == null ? CachedRead.NotCached.NOT_CACHED : store.getCached(at, namespace, key);
    }

    @Override
    public boolean isBrief(Engines engines) {
      return true;
    }

    @Override
    public Optional<VersionedRecord> answer(Engines engines) {
      return engines.store().get(engines.store().resolve(asOf), namespace, key, spaces);
    }
  }

  /** Reads one record that must be there. */
  record Require(Get get) implements Read<VersionedRecord> {
    @Override
    public String operation() {
      return "require";
    }

    @Override
    public @Nullable CompletableFuture<VersionedRecord> answerFromMemory(Engines engines) {
      // That it is absent is not the whole answer: the near keys are on disk.
      VersionedRecord found =
          get.cached(engines) instanceof CachedRead.Answer cached ? cached.found() : null;
      return found == null ? null : CompletableFuture.completedFuture(found);
    }

    @Override
    public boolean isBrief(Engines engines) {
      return true;
    }

    @Override
    public VersionedRecord answer(Engines engines) {
      return get.answer(engines).orElseThrow(() -> notFound(engines));
    }

    private KeyNotFoundException notFound(Engines engines) {
      return NearKeys.notFound(engines.store(), get.namespace(), get.key(), get.asOf());
    }
  }

  /** Whether there is a record. */
  record Contains(Get get) implements Read<Boolean> {
    @Override
    public String operation() {
      return "contains";
    }

    @Override
    public @Nullable CompletableFuture<Boolean> answerFromMemory(Engines engines) {
      return get.cached(engines) instanceof CachedRead.Answer found
          ? CompletableFuture.completedFuture(found.found() != null)
          : null;
    }

    @Override
    public boolean isBrief(Engines engines) {
      return true;
    }

    @Override
    public Boolean answer(Engines engines) {
      return get.answer(engines).isPresent();
    }
  }

  /** Reads several records at one read point. */
  record GetAll(String namespace, List<String> keys, AsOf asOf, Set<String> spaces)
      implements Read<List<Optional<VersionedRecord>>> {
    @Override
    public String operation() {
      return "getAll";
    }

    @Override
    public List<Optional<VersionedRecord>> answer(Engines engines) {
      return List.copyOf(
          engines.store().getAll(engines.store().resolve(asOf), namespace, keys, spaces));
    }
  }

  /** Reads one page of a range. */
  record Scan(ScanRequest request) implements Read<Page<VersionedRecord>> {
    @Override
    public String operation() {
      return "scan";
    }

    @Override
    public Page<VersionedRecord> answer(Engines engines) {
      return engines.store().scan(request);
    }
  }

  /** Reads one page of a key's versions. */
  record History(HistoryRequest request) implements Read<Page<HistoryEntry>> {
    @Override
    public String operation() {
      return "history";
    }

    @Override
    public Page<HistoryEntry> answer(Engines engines) {
      return engines.store().history(request);
    }
  }

  /** Lists namespaces. */
  record Namespaces(AsOf asOf) implements Read<List<Namespace>> {
    @Override
    public String operation() {
      return "namespaces";
    }

    @Override
    public List<Namespace> answer(Engines engines) {
      return engines.store().namespaces(engines.store().resolve(asOf));
    }
  }

  /**
   * Asks the engines about themselves.
   *
   * @param form makes the answer of what they say
   */
  record Statistics<R>(Function<EngineStatistics, R> form) implements Read<R> {
    @Override
    public String operation() {
      return "stats";
    }

    @Override
    public R answer(Engines engines) {
      return form.apply(EngineStatistics.of(engines));
    }
  }

  // ---- Transactions and commits.

  /** The newest read point. */
  record Now() implements Read<ReadPoint> {
    @Override
    public String operation() {
      return "a transaction";
    }

    @Override
    public CompletableFuture<ReadPoint> answerFromMemory(Engines engines) {
      return CompletableFuture.completedFuture(answer(engines));
    }

    @Override
    public ReadPoint answer(Engines engines) {
      return engines.store().now();
    }
  }

  /** Reads one record at a read point that is held. */
  record GetAt(ReadPoint at, String namespace, String key, Set<String> spaces)
      implements Read<Optional<VersionedRecord>> {
    @Override
    public String operation() {
      return "get in a transaction";
    }

    @Override
    public @Nullable CompletableFuture<Optional<VersionedRecord>> answerFromMemory(
        Engines engines) {
      return spaces.isEmpty()
              && engines.store().getCached(at, namespace, key) instanceof CachedRead.Answer found
          ? CompletableFuture.completedFuture(found.answer())
          : null;
    }

    @Override
    public boolean isBrief(Engines engines) {
      return true;
    }

    @Override
    public Optional<VersionedRecord> answer(Engines engines) {
      return engines.store().get(at, namespace, key, spaces);
    }
  }

  /** Reads several records at a read point that is held. */
  record GetAllAt(ReadPoint at, String namespace, List<String> keys, Set<String> spaces)
      implements Read<List<Optional<VersionedRecord>>> {
    @Override
    public String operation() {
      return "getAll in a transaction";
    }

    @Override
    public List<Optional<VersionedRecord>> answer(Engines engines) {
      return List.copyOf(engines.store().getAll(at, namespace, keys, spaces));
    }
  }

  /** Reads one page of a range at a read point that is held. */
  record ScanAt(ReadPoint at, ScanRequest request) implements Read<Page<VersionedRecord>> {
    @Override
    public String operation() {
      return "scan in a transaction";
    }

    @Override
    public Page<VersionedRecord> answer(Engines engines) {
      return engines.store().scan(at, request);
    }
  }

  /** What keys are near one that was not found at a read point. */
  record NearAt(ReadPoint at, String namespace, String key) implements Read<KeyNotFoundException> {
    @Override
    public String operation() {
      return "require in a transaction";
    }

    @Override
    public KeyNotFoundException answer(Engines engines) {
      return NearKeys.notFound(engines.store(), namespace, key, AsOf.version(at.version()));
    }
  }

  /** What the log keeps of a commit. */
  record CommitOf(long version) implements Read<Optional<CommitInfo>> {
    @Override
    public String operation() {
      return "commit";
    }

    @Override
    public Optional<CommitInfo> answer(Engines engines) {
      return engines.store().commitInfo(version);
    }
  }

  // ---- Time and changes.

  /**
   * Holds the history of a moment.
   *
   * @param form makes the answer of the pin
   * @param release lets go of an answer that nobody takes
   */
  record TakePin<R>(AsOf asOf, Function<Pin, R> form, Consumer<R> release) implements Read<R> {
    @Override
    public String operation() {
      return "snapshot";
    }

    @Override
    public @Nullable CompletableFuture<R> answerFromMemory(Engines engines) {
      return switch (asOf) {
        case AsOf.Now _ -> CompletableFuture.completedFuture(answer(engines));
        case AsOf.AtReadPoint _ -> CompletableFuture.completedFuture(answer(engines));
        case AsOf.AtVersion _ -> null;
        case AsOf.AtInstant _ -> null;
      };
    }

    @Override
    public R answer(Engines engines) {
      return form.apply(engines.store().pin(asOf));
    }

    @Override
    public void discard(R answer) {
      release.accept(answer);
    }
  }

  /**
   * A read that must be answered at a read point, though a cursor in it may say otherwise.
   *
   * @param pointOf where an answer was read
   */
  record Pinned<R>(Read<R> read, ReadPoint point, Function<R, ReadPoint> pointOf)
      implements Read<R> {
    @Override
    public String operation() {
      return read.operation();
    }

    @Override
    public R answer(Engines engines) {
      R answer = read.answer(engines);
      check(pointOf.apply(answer), point);
      return answer;
    }

    /** Refuses an answer that was read elsewhere, because a cursor said so. */
    public static void check(ReadPoint at, ReadPoint point) {
      if (!at.equals(point)) {
        throw new ValidationException(
            "the cursor is of a read at version "
                + at.version()
                + " and instant "
                + at.instant()
                + "; the snapshot is at version "
                + point.version()
                + " and instant "
                + point.instant(),
            Map.of("version", Long.toString(point.version())));
      }
    }
  }

  /**
   * A read at a point that is held: when the namespace has been purged since, it cannot be
   * repeated, and is refused.
   *
   * @param at the point
   * @param heldSince the visible version when holding it began
   */
  record Held<R>(Read<R> read, ReadPoint at, long heldSince, String namespace) implements Read<R> {
    @Override
    public String operation() {
      return read.operation();
    }

    @Override
    public @Nullable CompletableFuture<R> answerFromMemory(Engines engines) {
      CompletableFuture<R> answer = read.answerFromMemory(engines);
      if (answer != null) {
        check(engines);
      }
      return answer;
    }

    @Override
    public R answer(Engines engines) {
      R answer;
      try {
        answer = read.answer(engines);
      } catch (KeyNotFoundException e) {
        check(engines);
        throw e;
      }
      check(engines);
      return answer;
    }

    private void check(Engines engines) {
      engines.store().checkNotPurged(at, heldSince, namespace);
    }

    @Override
    public void discard(R answer) {
      read.discard(answer);
    }
  }

  /** Reads one page of what differs between two moments. */
  record Diff(DiffRequest request) implements Read<DiffPage> {
    @Override
    public String operation() {
      return "diff";
    }

    @Override
    public DiffPage answer(Engines engines) {
      return engines.store().diff(request);
    }
  }

  /**
   * Writes an old state on top of the newest.
   *
   * @param key the key, or null for all with the prefix
   * @param prefix of the keys, when there is no key
   * @param asOf whose state
   * @param condition what must hold for the key
   * @param expiry the expiry of what is restored, or null for that of the old state
   * @param batchBytes the most that is collected
   */
  record Restore(
      String namespace,
      @Nullable String key,
      String prefix,
      AsOf asOf,
      WriteCondition condition,
      Write.@Nullable Expiry expiry,
      CommitAttributes attributes,
      Durability durability,
      Duration timeout,
      long batchBytes)
      implements Call<Commit> {
    @Override
    public String operation() {
      return "restore";
    }
  }

  /**
   * Reads one page of a change feed.
   *
   * @param pin what holds its history, or null on the first page of one that begins in the past
   * @param position where it has come to, or null on the first page
   * @param until the last version of interest, known from the second page on
   */
  record Feed(WatchRequest request, @Nullable Pin pin, @Nullable FeedPosition position, long until)
      implements Read<FeedRead> {
    @Override
    public String operation() {
      return "watch";
    }

    @Override
    public boolean isAccepted() {
      return position != null;
    }

    @Override
    public FeedRead answer(Engines engines) {
      Store store = engines.store();
      Pin held = pin == null ? store.pin(request.after(), request.namespace()) : pin;
      boolean read = false;
      try {
        FeedPosition after = position;
        long last = until;
        if (after == null) {
          after = FeedPosition.after(held.readPoint().version());
          last =
              request.until().map(moment -> store.resolve(moment).version()).orElse(Long.MAX_VALUE);
        }
        FeedRead page = new FeedRead(held, last, store.readFeed(request, after, last));
        read = true;
        return page;
      } finally {
        if (!read && pin == null) {
          held.close();
        }
      }
    }

    @Override
    public void discard(FeedRead answer) {
      answer.pin().close();
    }
  }

  /** Which namespaces commits in (after, upTo] have touched. */
  record TouchedNamespaces(long after, long upTo) implements Read<Optional<Set<String>>> {
    @Override
    public String operation() {
      return "watch";
    }

    @Override
    public boolean isAccepted() {
      return true;
    }

    @Override
    public Optional<Set<String>> answer(Engines engines) {
      return engines.store().touchedNamespaces(after, upTo);
    }
  }

  // ---- Long work.

  /**
   * Work of minutes or hours: done one at a time, on a thread of its own.
   *
   * @param <R> the type of its answer
   */
  sealed interface Job<R> extends Call<R> {
    /** Does it; {@code stop} says when nobody wants the answer any more. */
    R perform(Engines engines, BooleanSupplier stop);
  }

  /** Makes a backup. */
  record BackUp(BackupRequest request, Clock clock) implements Job<Backup> {
    @Override
    public String operation() {
      return "a backup";
    }

    @Override
    public Backup perform(Engines engines, BooleanSupplier stop) {
      return BackupWriter.run(engines.store(), request, clock, stop);
    }
  }

  /** Rewrites the sorted files. */
  record Compact() implements Job<CompactReport> {
    @Override
    public String operation() {
      return "compacting";
    }

    @Override
    public CompactReport perform(Engines engines, BooleanSupplier stop) {
      return engines.store().compact();
    }
  }

  /** Drops what has expired and what retention does not keep. */
  record Sweep() implements Job<SweepReport> {
    @Override
    public String operation() {
      return "a sweep";
    }

    @Override
    public SweepReport perform(Engines engines, BooleanSupplier stop) {
      return engines.store().sweep(stop);
    }
  }

  /** Erases records for good. */
  record Purge(PurgeRequest request) implements Job<PurgeReport> {
    @Override
    public String operation() {
      return "a purge";
    }

    @Override
    public PurgeReport perform(Engines engines, BooleanSupplier stop) {
      return Purger.run(engines.store(), request, id -> engines.search().forget(id));
    }
  }

  /** Goes on with purges that were interrupted. */
  record ResumePurges() implements Job<Boolean> {
    @Override
    public String operation() {
      return "a purge";
    }

    @Override
    public Boolean perform(Engines engines, BooleanSupplier stop) {
      Purger.resume(engines.store(), id -> engines.search().forget(id));
      return true;
    }
  }

  /** What has been purged. */
  record Purges() implements Read<List<PurgeReport>> {
    @Override
    public String operation() {
      return "purges";
    }

    @Override
    public List<PurgeReport> answer(Engines engines) {
      return Purger.all(engines.store());
    }
  }

  /** Writes records as JSON Lines. */
  record ExportLines(ExportRequest request) implements Job<ExportReport> {
    @Override
    public String operation() {
      return "an export";
    }

    @Override
    public ExportReport perform(Engines engines, BooleanSupplier stop) {
      return JsonLinesExport.run(engines.store(), request, stop);
    }
  }

  /** Writes records as an Arrow table. */
  record ExportArrow(ExportRequest request) implements Job<ExportReport> {
    @Override
    public String operation() {
      return "an export";
    }

    @Override
    public ExportReport perform(Engines engines, BooleanSupplier stop) {
      return ArrowExport.run(engines.store(), request, stop);
    }
  }

  /** Reads records of an Arrow table and commits them. */
  record ImportArrow(ImportRequest request) implements Job<ImportReport> {
    @Override
    public String operation() {
      return "an import";
    }

    @Override
    public ImportReport perform(Engines engines, BooleanSupplier stop) {
      return ArrowImport.run(engines.store(), request, stop);
    }
  }

  /** Reads records as JSON Lines and commits them. */
  record ImportLines(ImportRequest request) implements Job<ImportReport> {
    @Override
    public String operation() {
      return "an import";
    }

    @Override
    public ImportReport perform(Engines engines, BooleanSupplier stop) {
      return JsonLinesImport.run(engines.store(), request, stop);
    }
  }
}
