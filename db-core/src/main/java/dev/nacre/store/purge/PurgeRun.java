package dev.nacre.store.purge;

import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.store.StorageProbe;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.commit.NamespaceRegistry;
import dev.nacre.store.commit.PurgeOrder;
import dev.nacre.store.commit.Purging;
import dev.nacre.store.layout.KeyRange;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.layout.PurgeRow;
import dev.nacre.store.layout.PurgeTarget;
import dev.nacre.store.layout.TextKeys;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Purges, one at a time, each in steps that a crash may separate:
 *
 * <ol>
 *   <li>a commit: its version hides every row of the keys at once, at every version (so readers
 *       never see a part), and in the same write {@code meta} keeps what is to be erased;
 *   <li>the rows are erased in slices between commits, the key's places in the log keep only that
 *       it was purged; views drop what they hold; files are rewritten;
 *   <li>{@code meta} forgets the key, too, and its own files are rewritten;
 *   <li>{@code meta} keeps that there was a purge.
 * </ol>
 *
 * An opening finds what is not done in {@code meta}, hides it, and goes on. Thread-safe.
 */
public final class PurgeRun {
  private static final Logger LOG = LoggerFactory.getLogger(PurgeRun.class);
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  private final RocksEngine engine;
  private final NamespaceRegistry registry;
  private final GroupCommitter committer;
  private final @Nullable Path store;
  private final Clock clock;
  private final Runnable beforeFiles;
  private final Consumer<Runnable> betweenSweeps;
  private final PurgeTurns turns;

  /** Held while files are rewritten: purges follow one another. */
  private final Object turn = new Object();

  /**
   * Purges of a store.
   *
   * @param store the directory of RocksDB, or null for memory
   * @param beforeFiles called before files are rewritten
   * @param betweenSweeps runs what no sweep may meet: its deletions name keys
   * @param turns keeps restores apart from commits of purges
   */
  public PurgeRun(
      RocksEngine engine,
      NamespaceRegistry registry,
      GroupCommitter committer,
      @Nullable Path store,
      Clock clock,
      Runnable beforeFiles,
      Consumer<Runnable> betweenSweeps,
      PurgeTurns turns) {
    this.engine = engine;
    this.registry = registry;
    this.committer = committer;
    this.store = store;
    this.clock = clock;
    this.beforeFiles = beforeFiles;
    this.betweenSweeps = betweenSweeps;
    this.turns = turns;
  }

  /**
   * Purges. Blocks until nothing is left, of purges before it either.
   *
   * @param dropViews makes views of a namespace forget what they hold, on disk and in memory
   */
  public PurgeRecord purge(PurgeRequest request, IntConsumer dropViews) {
    TextKeys.checkNamespace(request.namespace());
    PurgeTarget target = PurgeTarget.of(request.kind(), request.key());
    CommitAttributes attributes =
        new CommitAttributes(
                request.actor(),
                null,
                null,
                request.reason() == null ? Map.of() : Map.of("reason", request.reason()))
            .with("purged", request.kind().name().toLowerCase(Locale.ROOT));
    Commit commit =
        turns.purge(
            () ->
                await(
                    committer.submit(
                        new PurgeOrder(
                            request.namespace(), target, request.actor(), request.reason()),
                        attributes,
                        TIMEOUT)));
    committer.reached(StorageProbe.Step.PURGE_COMMITTED);
    finish(dropViews, commit.version());
    return find(commit.version()).toRecord();
  }

  /** Goes on with what is not done. Blocks. */
  public void resume(IntConsumer dropViews) {
    finish(dropViews, 0);
  }

  /**
   * Finishes everything that is pending.
   *
   * @param fresh the version of the one that has just begun; others may have been interrupted
   */
  private void finish(IntConsumer dropViews, long fresh) {
    synchronized (turn) {
      betweenSweeps.accept(
          () -> {
            for (PurgeRow row : rows()) {
              if (row.state() != PurgeRow.State.DONE) {
                finish(row, dropViews, row.version() != fresh);
              }
            }
          });
    }
  }

  /** Whether something is not done. */
  public boolean isPending() {
    return rows().stream().anyMatch(row -> row.state() != PurgeRow.State.DONE);
  }

  /** Every purge there was, oldest first. */
  public List<PurgeRecord> all() {
    return rows().stream().map(PurgeRow::toRecord).toList();
  }

  private PurgeRow find(long version) {
    return rows().stream()
        .filter(row -> row.version() == version)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("purge " + version + " left no row"));
  }

  private List<PurgeRow> rows() {
    List<PurgeRow> rows = new ArrayList<>();
    try (RocksCursor cursor = engine.cursor(ColumnFamily.META, RocksEngine.CursorUse.SHORT)) {
      for (cursor.seek(Keys.purges());
          cursor.valid() && Keys.startsWith(cursor.key(), Keys.purges());
          cursor.next()) {
        rows.add(PurgeRow.parse(cursor.value()));
      }
    }
    return rows;
  }

  private void finish(PurgeRow begun, IntConsumer dropViews, boolean interrupted) {
    PurgeRow row = begun;
    try {
      if (row.state() == PurgeRow.State.ERASING) {
        row = erase(row, dropViews, interrupted);
      }
      // The key was in `meta`, too. All of it: whoever purges may have been killed anywhere.
      long files =
          row.filesRewritten()
              + files(row).rewrite(List.of(new PurgedFiles.Area(ColumnFamily.META, null)));
      PurgeRow done =
          row.with(PurgeRow.State.DONE, row.erased(), files, Micros.of(clock.instant()));
      write(done);
      committer.reached(StorageProbe.Step.PURGE_DONE);
    } catch (StorageFailure e) {
      throw failed(row, e, e.isDiskFull());
    } catch (ResourceExhaustedException e) {
      throw failed(row, e, true);
    } catch (UnavailableException e) {
      // What it says of its own outcome is about a slice: the purge is committed.
      throw failed(row, e, false);
    }
    LOG.atInfo()
        .addKeyValue("version", row.version())
        .addKeyValue("namespace", row.namespace())
        .addKeyValue("rows", row.erased().total())
        .log("purge done");
  }

  private PurgeRow erase(PurgeRow begun, IntConsumer dropViews, boolean interrupted)
      throws StorageFailure {
    PurgeErasure.Result erased =
        PurgeErasure.run(engine, begun, slice -> await(committer.maintain(slice, false)));
    committer.reached(StorageProbe.Step.PURGE_ERASED);
    for (int id : begun.namespaces()) {
      dropViews.accept(id);
    }
    committer.reached(StorageProbe.Step.PURGE_VIEWS_FORGOTTEN);
    long files =
        files(erased.purge()).rewrite(areas(begun, interrupted || erased.commitsReplaced()));
    PurgeRow rewriting =
        erased.purge().with(PurgeRow.State.REWRITING, erased.purge().erased(), files, 0);
    write(rewriting);
    committer.reached(StorageProbe.Step.PURGE_KEY_FORGOTTEN);
    for (int id : begun.namespaces()) {
      NamespaceEntry entry = registry.find(id);
      Purging purging = entry == null ? null : entry.purges().find(begun.version());
      if (entry != null && purging != null) {
        entry.erased(purging, committer.visible().version());
      }
    }
    return rewriting;
  }

  private PurgedFiles files(PurgeRow row) {
    beforeFiles.run();
    return new PurgedFiles(engine, store, () -> write(row), committer::reached);
  }

  /** Where rows of the purge can have been, known without having seen them. */
  private List<PurgedFiles.Area> areas(PurgeRow row, boolean commits) {
    PurgeTarget target = row.target();
    List<PurgedFiles.Area> areas = new ArrayList<>();
    for (int id : row.namespaces()) {
      byte[] namespace = Keys.namespacePrefix(id);
      areas.add(new PurgedFiles.Area(ColumnFamily.HEAD, target.plain(namespace)));
      areas.add(new PurgedFiles.Area(ColumnFamily.HISTORY, target.escaped(namespace)));
      areas.add(new PurgedFiles.Area(ColumnFamily.LOG, KeyRange.ofPrefix(namespace)));
      NamespaceEntry entry = registry.find(id);
      int spaces = entry == null ? 0 : entry.describe(Long.MAX_VALUE).spaces().size();
      for (int space = 1; space <= spaces; space++) {
        KeyRange range = target.escaped(Keys.spacePrefix(id, space));
        areas.add(new PurgedFiles.Area(ColumnFamily.VECTOR, range));
        areas.add(new PurgedFiles.Area(ColumnFamily.VECTOR_HISTORY, range));
      }
    }
    // Ordered by time, and by version.
    areas.add(new PurgedFiles.Area(ColumnFamily.EXPIRY, null));
    if (commits) {
      areas.add(new PurgedFiles.Area(ColumnFamily.COMMIT, null));
    }
    return areas;
  }

  private void write(PurgeRow row) {
    GroupBatch batch = new GroupBatch();
    batch.put(ColumnFamily.META, row.key(), row.encode());
    var _ = await(committer.maintain(batch, true));
  }

  private static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof NacreException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static NacreException failed(PurgeRow row, Exception cause, boolean passes) {
    String what =
        "version "
            + row.version()
            + " has purged, nothing of it can be read, and erasing it from the files has failed: "
            + cause.getMessage()
            + "; the purge goes on when the database is opened again or the next one begins";
    Map<String, String> details =
        Map.of("purge", "pending", "version", Long.toString(row.version()));
    return passes
        ? new ResourceExhaustedException(what, details, cause)
        : new UnavailableException(what, details, cause);
  }
}
