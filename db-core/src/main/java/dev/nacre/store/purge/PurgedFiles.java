package dev.nacre.store.purge;

import dev.nacre.error.UnavailableException;
import dev.nacre.store.StorageProbe;
import dev.nacre.store.layout.KeyRange;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gets deleted rows out of the files. A delete only hides a row; the row stays in the write-ahead
 * log, in sorted files, and as a boundary in the manifest. So everything is flushed, which begins a
 * new log; the ranges concerned are rewritten down to the last level; the manifest, which RocksDB
 * writes anew with every change (see {@code RocksEngine}), then names the new files only; and what
 * was replaced is waited for to be deleted. For one use and one thread.
 */
final class PurgedFiles {
  private static final String MANIFEST = "MANIFEST-";
  private static final long WAIT_NANOS_MAX = TimeUnit.MINUTES.toNanos(10);
  private static final long PAUSE_NANOS_MIN = 500_000;
  private static final long PAUSE_NANOS_MAX = 100_000_000;

  private static final long NUDGE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RocksEngine engine;
  private final @Nullable Path store;
  private final Runnable anyWrite;
  private final Consumer<StorageProbe.Step> reached;

  /**
   * The files of an engine.
   *
   * @param store where they are, or null for memory
   * @param anyWrite writes something that may be written again and again
   */
  PurgedFiles(
      RocksEngine engine,
      @Nullable Path store,
      Runnable anyWrite,
      Consumer<StorageProbe.Step> reached) {
    this.engine = engine;
    this.store = store;
    this.anyWrite = anyWrite;
    this.reached = reached;
  }

  /**
   * Where rows were deleted.
   *
   * @param family the column family
   * @param range the range, or null for all of it
   */
  record Area(ColumnFamily family, @Nullable KeyRange range) {}

  /**
   * Rewrites files.
   *
   * @return how many sorted files are gone
   * @throws StorageFailure when RocksDB refuses
   * @throws UnavailableException when replaced files are still being read after ten minutes
   */
  long rewrite(List<Area> areas) throws StorageFailure {
    try {
      long lastLog = store == null ? 0 : lastLog(store);
      engine.flush();
      reached.accept(StorageProbe.Step.PURGE_FLUSHED);
      Set<String> before = new HashSet<>(engine.tableFiles());
      for (Area area : areas) {
        KeyRange range = area.range();
        engine.rewrite(
            area.family(), range == null ? null : range.from(), range == null ? null : range.to());
      }
      reached.accept(StorageProbe.Step.PURGE_REWRITTEN);
      Set<String> after = new HashSet<>(engine.tableFiles());
      long gone = before.stream().filter(name -> !after.contains(name)).count();
      if (store != null) {
        awaitDeletion(store, lastLog);
      }
      reached.accept(StorageProbe.Step.PURGE_FILES_GONE);
      return gone;
    } catch (IOException e) {
      throw new UnavailableException(
          "the store's files cannot be looked at: " + e,
          Map.of("directory", String.valueOf(store)),
          e);
    }
  }

  private static long lastLog(Path store) throws IOException {
    long last = 0;
    for (String name : names(store)) {
      if (name.endsWith(".log")) {
        last = Math.max(last, number(name));
      }
    }
    return last;
  }

  /** Readers keep files for as long as a page takes; RocksDB tells nobody when it deletes one. */
  private void awaitDeletion(Path directory, long lastLog) throws StorageFailure, IOException {
    long deadline = System.nanoTime() + WAIT_NANOS_MAX;
    long pause = PAUSE_NANOS_MIN;
    long nudged = System.nanoTime();
    engine.deleteObsoleteFiles();
    Set<String> left = obsolete(directory, lastLog);
    while (true) {
      // Others write and rewrite meanwhile: what was not in use yet may be by now.
      Set<String> there = new HashSet<>(names(directory));
      Set<String> used = new HashSet<>(engine.tableFiles());
      left.removeIf(name -> !there.contains(name) || used.contains(name));
      if (left.isEmpty()) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new UnavailableException(
            "files that hold what was purged are still being read: "
                + left
                + "; nothing of it can be read, and the purge goes on when the database is opened"
                + " again or the next one begins",
            Map.of("files", left.toString(), "purge", "pending"));
      }
      if (System.nanoTime() - nudged > NUDGE_NANOS
          && left.stream().anyMatch(name -> name.endsWith(".log"))) {
        // Which logs are needed RocksDB works out when a flush ends. When two end together it may
        // keep one too many, until the next flush, which needs something to write.
        anyWrite.run();
        engine.flush();
        nudged = System.nanoTime();
      }
      LockSupport.parkNanos(this, pause);
      pause = Math.min(2 * pause, PAUSE_NANOS_MAX);
      engine.deleteObsoleteFiles();
    }
  }

  private Set<String> obsolete(Path directory, long lastLog) throws IOException {
    // First: a manifest that is begun after it, and named by it later, is not obsolete.
    String current =
        Files.readString(directory.resolve("CURRENT"), StandardCharsets.US_ASCII).strip();
    List<String> names = names(directory);
    Set<String> used = new HashSet<>(engine.tableFiles());
    Set<String> obsolete = new HashSet<>();
    for (String name : names) {
      if ((name.endsWith(".sst") && !used.contains(name))
          || (name.startsWith(MANIFEST) && manifestNumber(name) < manifestNumber(current))
          || (name.endsWith(".log")
              && number(name) <= lastLog
              && size(directory.resolve(name)) > 0)) {
        obsolete.add(name);
      }
    }
    return obsolete;
  }

  private static long manifestNumber(String manifest) {
    return Long.parseLong(manifest.substring(MANIFEST.length()));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  private static long number(String log) {
    return Long.parseLong(log.substring(0, log.indexOf('.')));
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException _) {
      return 0;
    }
  }
}
