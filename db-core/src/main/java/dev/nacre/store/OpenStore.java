package dev.nacre.store;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.UnavailableException;
import dev.nacre.store.commit.CommitPreparer;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceRegistry;
import dev.nacre.store.commit.StoreExecutors;
import dev.nacre.store.commit.Visible;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.LogCheckResult;
import dev.nacre.store.rocks.ManifestFile;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import dev.nacre.store.rocks.WriteAheadLogCheck;
import dev.nacre.store.verify.IoFailures;
import dev.nacre.store.verify.MissingFiles;
import dev.nacre.store.verify.PowerCut;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the parts of a store in their order (directory, log check, RocksDB, registry, committer)
 * and closes them in the opposite one.
 *
 * <p>What must hold after a crash is checked before anything is written: every version that the log
 * vouches for is there, and after a clean close so is the last one.
 */
final class OpenStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenStore.class);

  private static final int LOOKS_MAX = 10;

  private final @Nullable StoreDirectory directory;
  private final RocksEngine engine;
  private final NamespaceRegistry registry;
  private final GroupCommitter committer;
  private final StoreExecutors executors;
  private final String lineage;
  private final boolean readOnly;

  private OpenStore(
      @Nullable StoreDirectory directory,
      RocksEngine engine,
      NamespaceRegistry registry,
      GroupCommitter committer,
      StoreExecutors executors,
      String lineage,
      boolean readOnly) {
    this.directory = directory;
    this.engine = engine;
    this.registry = registry;
    this.committer = committer;
    this.executors = executors;
    this.lineage = lineage;
    this.readOnly = readOnly;
  }

  static OpenStore open(StoreOptions options) {
    Path path = options.directory();
    if (path == null) {
      return openEngine(options, null, LogCheckResult.EMPTY, false);
    }
    StoreDirectory directory = StoreDirectory.open(path, options.readOnly());
    boolean opened = false;
    try {
      OpenStore store =
          options.readOnly() ? openBeside(options, directory) : openAsOwner(options, directory);
      opened = true;
      return store;
    } finally {
      // Also when the native library cannot be loaded, which is an Error.
      if (!opened) {
        directory.close();
      }
    }
  }

  private static OpenStore openAsOwner(StoreOptions options, StoreDirectory directory) {
    checkFiles(directory);
    boolean mended = PowerCut.mend(directory);
    options.probe().reached(StorageProbe.Step.OPENING_MENDED);
    LogCheckResult log = WriteAheadLogCheck.check(directory.store(), ColumnFamily.COMMIT.id());
    if (log.damaged() || !followsSortedFiles(directory, log)) {
      checkDamage(options, directory, log);
    }
    options.probe().reached(StorageProbe.Step.OPENING_LOG_CHECKED);
    return openEngine(options, directory, log, mended);
  }

  private static void checkFiles(StoreDirectory directory) {
    try {
      Optional<CorruptionException> missing = MissingFiles.find(directory);
      if (missing.isPresent()) {
        throw missing.get();
      }
    } catch (IOException e) {
      throw IoFailures.of("opening", directory.path(), e);
    }
  }

  /**
   * Opens without owning. An owner deletes and begins files while they are read, which looks like
   * damage and has passed when one looks again; damage that stays is damage.
   */
  private static OpenStore openBeside(StoreOptions options, StoreDirectory directory) {
    for (int attempt = 1; ; attempt++) {
      try {
        return lookBeside(options, directory);
      } catch (CorruptionException | UnavailableException e) {
        if (attempt == LOOKS_MAX) {
          throw e;
        }
        LOG.debug("opening beside an owner failed, attempt {}", attempt, e);
      }
    }
  }

  /**
   * An owner's unfinished log record looks like a torn tail and passes. What is found to be missing
   * is missing: nothing written behind it can make up for it. Marker and log are read before
   * RocksDB, which then has at least what they vouch for.
   */
  private static OpenStore lookBeside(StoreOptions options, StoreDirectory directory) {
    checkFiles(directory);
    OptionalLong closedAt = directory.cleanMarker();
    LogCheckResult log = WriteAheadLogCheck.check(directory.store(), ColumnFamily.COMMIT.id());
    PowerCut.refuseTorn(directory, log);
    OpenStore store = openEngine(options, directory, log, false);
    long last = store.committer.visible().version();
    if (closedAt.isPresent() && closedAt.getAsLong() > last) {
      store.executors.close();
      store.engine.close();
      throw lost(directory, last + 1, closedAt.getAsLong(), "the last close was clean");
    }
    return store;
  }

  /**
   * Whether the sorted files may hold the version before the log's first one. When they do not,
   * RocksDB must not open them for writing: it would put the log's rows beside them, and the next
   * opening would not see that something is missing in between.
   */
  private static boolean followsSortedFiles(StoreDirectory directory, LogCheckResult log) {
    long before = log.firstVersion() - 1;
    try {
      return before <= 0
          || ManifestFile.reaches(directory.store(), ColumnFamily.COMMIT, Keys.commit(before));
    } catch (IOException e) {
      throw IoFailures.of("opening", directory.path(), e);
    }
  }

  /** A damaged log may be a torn tail: then everything it vouches for is there without the tail. */
  private static void checkDamage(
      StoreOptions options, StoreDirectory directory, LogCheckResult log) {
    // Opening to write would throw away what cannot be read, and the evidence with it.
    try (RocksEngine engine =
        RocksEngine.open(
            new RocksEngine.Options(
                directory.store(), true, options.blockCacheBytes(), options.writeBufferBytes()))) {
      checkNothingLost(engine, directory, log);
    } catch (CorruptionException e) {
      if (String.valueOf(e.getMessage()).contains(log.damage())) {
        throw e;
      }
      // RocksDB says what it misses in other files then.
      throw new CorruptionException(
          "the write-ahead log is damaged (" + log.damage() + "): " + e.getMessage(),
          e.details(),
          e);
    }
    if (log.damaged()) {
      LOG.warn(
          "the write-ahead log ends in a torn record ({}), as a crash leaves it", log.damage());
    }
  }

  private static void checkNothingLost(
      RocksEngine engine, StoreDirectory directory, LogCheckResult log) {
    long last = lastCommit(engine).version();
    if (last < log.durableUpTo() || last < log.lastVersion()) {
      throw lost(directory, last + 1, Math.max(log.durableUpTo(), log.lastVersion()), log.damage());
    }
    long before = log.firstVersion() - 1;
    if (before > 0 && engine.get(ColumnFamily.COMMIT, Keys.commit(before)) == null) {
      throw lost(directory, before, before, "a log file is missing");
    }
  }

  private static CorruptionException lost(
      StoreDirectory directory, long from, long to, String damage) {
    return new CorruptionException(
        "versions "
            + from
            + " to "
            + to
            + " were acknowledged as durable and are missing from "
            + directory.path()
            + (damage.isEmpty() ? "" : " (" + damage + ")")
            + "; nothing was changed; restore the directory from a backup",
        Map.of(
            "directory",
            directory.path().toString(),
            "from",
            Long.toString(from),
            "to",
            Long.toString(to)));
  }

  private static OpenStore openEngine(
      StoreOptions options,
      @Nullable StoreDirectory directory,
      LogCheckResult log,
      boolean mended) {
    RocksEngine engine =
        RocksEngine.open(
            new RocksEngine.Options(
                directory == null ? null : directory.store(),
                options.readOnly(),
                options.blockCacheBytes(),
                options.writeBufferBytes()));
    try {
      boolean renewLineage = false;
      if (directory != null) {
        checkNothingLost(engine, directory, log);
        if (!options.readOnly()) {
          options.probe().reached(StorageProbe.Step.OPENING_RECOVERED);
          boolean clean = checkCleanMarker(engine, directory);
          options.probe().reached(StorageProbe.Step.OPENING_UNMARKED);
          renewLineage = mended || log.damaged() || (!clean && directory.mayHaveLostPower());
        }
      }
      return start(options, directory, engine, renewLineage);
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  /** Whether the last close was in order. */
  private static boolean checkCleanMarker(RocksEngine engine, StoreDirectory directory) {
    OptionalLong closedAt = directory.cleanMarker();
    long last = lastCommit(engine).version();
    if (closedAt.isPresent() && closedAt.getAsLong() != last) {
      // The marker stays: the next opening must not succeed where this one has refused.
      throw lost(directory, last + 1, closedAt.getAsLong(), "the last close was clean");
    }
    OptionalLong _ = directory.takeCleanMarker();
    return closedAt.isPresent();
  }

  private static OpenStore start(
      StoreOptions options,
      @Nullable StoreDirectory directory,
      RocksEngine engine,
      boolean renewLineage) {
    String lineage = lineage(engine, options.readOnly(), renewLineage);
    if (directory != null && !options.readOnly()) {
      options.probe().reached(StorageProbe.Step.OPENING_LINEAGE_DECIDED);
      directory.settle();
      options.probe().reached(StorageProbe.Step.OPENING_SETTLED);
    }
    NamespaceRegistry registry = NamespaceRegistry.load(engine);
    Visible last = lastCommit(engine);
    StoreExecutors executors = StoreExecutors.create();
    AtomicReference<@Nullable GroupCommitter> started = new AtomicReference<>();
    CommitPreparer preparer =
        new CommitPreparer(
            engine,
            registry,
            options.limits(),
            () -> {
              GroupCommitter committer = started.get();
              return committer == null ? 0 : committer.visible().version();
            });
    GroupCommitter committer =
        new GroupCommitter(
            engine,
            registry,
            preparer,
            options.queueBytes(),
            new GroupCommitter.Settings(
                options.groupBytes(),
                resumeBytes(options),
                options.clock(),
                options.probe(),
                executors,
                lineage,
                Micros.of(options.idempotencyRetention())),
            last);
    started.set(committer);
    return new OpenStore(
        directory, engine, registry, committer, executors, lineage, options.readOnly());
  }

  /** What RocksDB wants to be free before it goes on after a full disk: one memtable. */
  private static long resumeBytes(StoreOptions options) {
    return Math.max(1 << 20, options.writeBufferBytes() / 2);
  }

  private static Visible lastCommit(RocksEngine engine) {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.COMMIT, RocksEngine.CursorUse.SHORT)) {
      return cursor.seekToLast()
          ? new Visible(Keys.versionOfCommit(cursor.key()), CommitRow.timeIn(cursor.value()))
          : new Visible(0, 0);
    }
  }

  /**
   * The lineage, new when there is none, when a torn tail was dropped, and when a power cut may
   * have taken the tail without a trace: numbers that somebody may have seen will be given to other
   * commits.
   */
  private static String lineage(RocksEngine engine, boolean readOnly, boolean renew) {
    byte @Nullable [] stored = engine.get(ColumnFamily.META, Keys.lineage());
    if (stored != null && !renew) {
      return new String(stored, StandardCharsets.UTF_8);
    }
    String lineage = UUID.randomUUID().toString();
    if (!readOnly) {
      GroupBatch batch = new GroupBatch();
      batch.put(ColumnFamily.META, Keys.lineage(), lineage.getBytes(StandardCharsets.UTF_8));
      try {
        engine.write(batch, true);
      } catch (StorageFailure e) {
        throw new UnavailableException(
            "the store cannot be written: " + e.getMessage(), Map.of("outcome", "none"), e);
      }
    }
    return lineage;
  }

  RocksEngine engine() {
    return engine;
  }

  NamespaceRegistry registry() {
    return registry;
  }

  GroupCommitter committer() {
    return committer;
  }

  String lineage() {
    return lineage;
  }

  Optional<Path> indexDirectory() {
    return Optional.ofNullable(directory).map(StoreDirectory::index);
  }

  Optional<Path> directory() {
    return Optional.ofNullable(directory).map(StoreDirectory::path);
  }

  /** Bytes of write-ahead log on disk. */
  long logBytes() {
    if (directory == null) {
      return 0;
    }
    try (Stream<Path> files = Files.list(directory.store())) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .mapToLong(OpenStore::size)
          .sum();
    } catch (IOException e) {
      throw new UnavailableException(
          "the store's files cannot be listed: " + e,
          Map.of("directory", directory.path().toString()),
          e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException _) {
      // Deleted since it was listed: a log that is no longer needed.
      return 0;
    }
  }

  /** To be called once: RocksDB is gone afterwards, also when this fails. */
  @Override
  public void close() {
    committer.drain();
    committer.reached(StorageProbe.Step.CLOSING_DRAINED);
    executors.close();
    boolean clean = !readOnly && !committer.hasFailed() && synced();
    committer.reached(StorageProbe.Step.CLOSING_SYNCED);
    engine.close();
    committer.reached(StorageProbe.Step.CLOSING_ENGINE_CLOSED);
    if (directory != null) {
      if (clean) {
        markClean(directory);
      }
      committer.reached(StorageProbe.Step.CLOSING_MARKED);
      directory.close();
    }
  }

  private void markClean(StoreDirectory owned) {
    try {
      owned.markClean(committer.visible().version());
    } catch (UnavailableException e) {
      // Everything is closed and durable; the next opening only checks more.
      LOG.warn("closing could not be marked as clean", e);
    }
  }

  /** Whether what was committed asynchronously is on stable storage, too. */
  private boolean synced() {
    try {
      engine.sync();
      return true;
    } catch (StorageFailure e) {
      LOG.warn("closing could not force the log to stable storage", e);
      return false;
    }
  }
}
