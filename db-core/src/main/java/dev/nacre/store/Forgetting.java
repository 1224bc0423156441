package dev.nacre.store;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.ReadPoint;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceEntry;
import dev.nacre.store.commit.NamespaceRegistry;
import dev.nacre.store.layout.BackupRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.purge.PurgeRun;
import dev.nacre.store.purge.PurgeTurns;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** What a store has forgotten, and where it may have to be forgotten, too. Thread-safe. */
final class Forgetting {
  private final StoreOptions options;
  private final RocksEngine engine;
  private final NamespaceRegistry registry;
  private final GroupCommitter committer;
  private final PurgeRun run;
  private final PurgeTurns turns = new PurgeTurns();

  Forgetting(OpenStore parts, StoreOptions options, Consumer<Runnable> betweenSweeps) {
    this.options = options;
    this.engine = parts.engine();
    this.registry = parts.registry();
    this.committer = parts.committer();
    this.run =
        new PurgeRun(
            engine,
            registry,
            committer,
            parts.directory().map(directory -> directory.resolve("store")).orElse(null),
            options.clock(),
            options.probe()::beforeWrite,
            betweenSweeps,
            turns);
  }

  /** See {@link Store#holdPurges}. */
  Runnable hold() {
    return turns.restore();
  }

  PurgeRecord purge(PurgeRequest request, IntConsumer dropViews) {
    StoreMaintenance.refuseUnlessOwned(options, "a purge");
    return run.purge(request, dropViews);
  }

  void resume(IntConsumer dropViews) {
    StoreMaintenance.refuseUnlessOwned(options, "a purge");
    run.resume(dropViews);
  }

  boolean isPending() {
    options.probe().beforeRead();
    return run.isPending();
  }

  List<PurgeRecord> all() {
    options.probe().beforeRead();
    return run.all();
  }

  /** The version of the newest purge in a namespace, 0 when there was none. */
  long newest(int namespaceId) {
    NamespaceEntry entry = registry.find(namespaceId);
    return entry == null ? 0 : entry.purges().newest();
  }

  /** Refuses what was read at a point held since a version, when it was purged since. */
  void check(ReadPoint at, long heldSince, String namespace) {
    for (NamespaceEntry entry : registry.incarnations(namespace)) {
      long purged = entry.purges().newest();
      if (purged > heldSince && entry.createdVersion() <= at.version()) {
        throw new HistoryDroppedException(
            "version "
                + purged
                + " has purged records of namespace \""
                + namespace
                + "\" since version "
                + at.version()
                + " is held, so reads of it cannot be repeated; take a new snapshot",
            Map.of(
                "namespace",
                namespace,
                "version",
                Long.toString(at.version()),
                "oldest",
                Long.toString(purged),
                "reason",
                "purged"));
      }
    }
  }

  void rememberBackup(Path directory, long version) {
    Path absolute = directory.toAbsolutePath().normalize();
    GroupBatch batch = new GroupBatch();
    batch.put(
        ColumnFamily.META,
        Keys.backup(sha256(absolute.toString())),
        new BackupRow(version, absolute.toString()).encode());
    try {
      var _ = committer.maintain(batch, true).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  Map<Path, Long> backupDirectories() {
    options.probe().beforeRead();
    Map<Path, Long> directories = new LinkedHashMap<>();
    try (RocksCursor cursor = engine.cursor(ColumnFamily.META, RocksEngine.CursorUse.SHORT)) {
      for (cursor.seek(Keys.backups());
          cursor.valid() && Keys.startsWith(cursor.key(), Keys.backups());
          cursor.next()) {
        BackupRow row = BackupRow.parse(cursor.value());
        directories.put(Path.of(row.directory()), row.version());
      }
    }
    return directories;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
