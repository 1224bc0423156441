package dev.nacre.store;

import dev.nacre.error.CorruptionException;
import dev.nacre.store.commit.CommitPreparer;
import dev.nacre.store.commit.GroupCommitter;
import dev.nacre.store.commit.NamespaceRegistry;
import dev.nacre.store.commit.StoreExecutors;
import dev.nacre.store.commit.Visible;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksCursor;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens the parts of a store in their order (directory, log check, RocksDB, registry, committer)
 * and closes them in the opposite one.
 */
final class OpenStore implements AutoCloseable {
  private final @Nullable Path directory;
  private final RocksEngine engine;
  private final NamespaceRegistry registry;
  private final GroupCommitter committer;
  private final StoreExecutors executors;
  private final String lineage;

  private OpenStore(
      @Nullable Path directory,
      RocksEngine engine,
      NamespaceRegistry registry,
      GroupCommitter committer,
      StoreExecutors executors,
      String lineage) {
    this.directory = directory;
    this.engine = engine;
    this.registry = registry;
    this.committer = committer;
    this.executors = executors;
    this.lineage = lineage;
  }

  static OpenStore open(StoreOptions options) {
    Path directory = options.directory();
    Path store = null;
    if (directory != null) {
      store = directory.resolve("store");
      try {
        Files.createDirectories(store);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    RocksEngine engine =
        RocksEngine.open(
            new RocksEngine.Options(
                store, options.readOnly(), options.blockCacheBytes(), options.writeBufferBytes()));
    try {
      return start(options, directory, engine);
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  private static OpenStore start(
      StoreOptions options, @Nullable Path directory, RocksEngine engine) {
    String lineage = lineage(engine, options.readOnly());
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
                options.groupBytes(), options.clock(), options.probe(), executors, lineage),
            last);
    started.set(committer);
    return new OpenStore(directory, engine, registry, committer, executors, lineage);
  }

  private static Visible lastCommit(RocksEngine engine) {
    try (RocksCursor cursor = engine.cursor(ColumnFamily.COMMIT, RocksEngine.CursorUse.SHORT)) {
      return cursor.seekToLast()
          ? new Visible(Keys.versionOfCommit(cursor.key()), CommitRow.timeIn(cursor.value()))
          : new Visible(0, 0);
    }
  }

  private static String lineage(RocksEngine engine, boolean readOnly) {
    byte @Nullable [] stored = engine.get(ColumnFamily.META, Keys.lineage());
    if (stored != null) {
      return new String(stored, StandardCharsets.UTF_8);
    }
    String lineage = UUID.randomUUID().toString();
    if (!readOnly) {
      GroupBatch batch = new GroupBatch();
      batch.put(ColumnFamily.META, Keys.lineage(), lineage.getBytes(StandardCharsets.UTF_8));
      try {
        engine.write(batch, true);
      } catch (StorageFailure e) {
        throw new dev.nacre.error.UnavailableException(
            "the new store cannot be written: " + e.getMessage(), Map.of(), e);
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
    return Optional.ofNullable(directory).map(path -> path.resolve("index"));
  }

  /** Bytes of write-ahead log on disk. */
  long logBytes() {
    if (directory == null) {
      return 0;
    }
    try (Stream<Path> files = Files.list(directory.resolve("store"))) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .mapToLong(OpenStore::size)
          .sum();
    } catch (IOException e) {
      throw new CorruptionException(
          "the store's files cannot be listed: " + e, Map.of("directory", directory.toString()), e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      // Deleted since it was listed: a log that is no longer needed.
      return 0;
    }
  }

  @Override
  public void close() {
    committer.drain();
    executors.close();
    engine.close();
  }
}
