package dev.nacre.store.verify;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.Problem;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.FileOperations;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.LogCheckResult;
import dev.nacre.store.rocks.LogGap;
import dev.nacre.store.rocks.ManifestTail;
import dev.nacre.store.rocks.ManifestTail.Torn;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFileCheck;
import dev.nacre.store.rocks.WriteAheadLogCheck;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mends what a power cut may leave and RocksDB does not open, or opens with a hole:
 *
 * <ul>
 *   <li>a manifest whose last record is torn: RocksDB refuses it. The record was not acted upon.
 *   <li>a gap in the write-ahead log, when commits in two log files had not been forced to the
 *       disk, and of the later file more has arrived than of the earlier: RocksDB reads on behind
 *       it. The commits behind it are lost with those in it; nobody was told that they are durable.
 * </ul>
 *
 * <p>A disk that damages later what it had once can leave the same bytes, and then files are gone
 * that had been replaced. So the ends are first cut off in a trial directory of hard links, where
 * everything is verified: every row against every other. Only when nothing is missing is the store
 * itself changed. Stateless.
 */
public final class PowerCut {
  private static final Logger LOG = LoggerFactory.getLogger(PowerCut.class);

  private PowerCut() {}

  /**
   * What is to be cut off.
   *
   * @param vouched the version that the log says was durable, before anything is cut off
   */
  private record Ends(@Nullable Torn manifest, @Nullable LogGap log, long vouched) {}

  /**
   * Mends a directory, if that is needed. Blocks; reads the whole store when it is.
   *
   * @param directory owned
   * @return whether it was
   * @throws CorruptionException when something is missing without what is damaged, or the log
   *     vouches for what is missing; nothing was changed
   * @throws UnavailableException when the file system refuses
   */
  public static boolean mend(StoreDirectory directory) {
    try {
      Ends ends = find(directory);
      if (ends.manifest == null && ends.log == null) {
        return false;
      }
      LOG.warn(
          "the store in {} was left by a power cut with torn ends ({}): verifying it without them",
          directory.path(),
          ends);
      Path trial = directory.snapshots().resolve(StoreFiles.CHECKPOINT + UUID.randomUUID());
      try {
        Path store = Files.createDirectories(trial.resolve("store"));
        Path _ = Files.copy(directory.path().resolve("FORMAT"), trial.resolve("FORMAT"));
        // The mark of a clean close says up to where everything must be there. It may be there
        // though RocksDB was writing: it goes when RocksDB is open.
        Path clean = directory.path().resolve("CLEAN");
        if (Files.exists(clean)) {
          Path _ = Files.copy(clean, trial.resolve("CLEAN"));
        }
        for (Path file : FileTrees.files(directory.store())) {
          link(file, store.resolve(file.getFileName()), ends);
        }
        cut(store, ends);
        long kept = 0;
        if (!isEmpty(store)) {
          VerifyReport report = StoreVerification.run(trial, ViewCheck.NONE);
          check(ends, report);
          checkOrphans(ends, store, report.version());
          kept = report.version();
        }
        if (kept < ends.vouched) {
          throw notWhole(ends, "version " + ends.vouched + " was durable");
        }
      } finally {
        FileTrees.delete(trial);
      }
      cut(directory.store(), ends);
      return true;
    } catch (IOException e) {
      throw IoFailures.of("mending what a power cut has left", directory.path(), e);
    }
  }

  /** Refuses to read what opening for writing would mend first. */
  public static void refuseTorn(StoreDirectory directory, LogCheckResult log) {
    try {
      Torn torn = ManifestTail.find(directory.store());
      if (log.gap() != null || (torn != null && !opens(directory.store()))) {
        throw new UnavailableException(
            "the store in "
                + directory.path()
                + " has torn ends, as a power cut leaves them; its owner cuts them off: open the"
                + " directory once for writing",
            Map.of("directory", directory.path().toString()));
      }
    } catch (IOException e) {
      throw IoFailures.of("opening", directory.path(), e);
    }
  }

  private static Ends find(StoreDirectory directory) throws IOException {
    Path store = directory.store();
    Torn torn = ManifestTail.find(store);
    if (torn != null && opens(store)) {
      // RocksDB passes over an end that is cut off.
      torn = null;
    }
    LogCheckResult log = WriteAheadLogCheck.check(store, ColumnFamily.COMMIT.id());
    LogGap gap = log.gap();
    if (gap == null && torn == null && directory.mayHaveLostPower() && mayBeginLate(store, log)) {
      try (RocksEngine engine = StoreFiles.openReadOnly(store)) {
        gap = gapAtBeginning(engine, store, log);
      }
    }
    return new Ends(torn, gap, log.durableUpTo());
  }

  /**
   * The gap between the sorted files and the log, when nobody vouches for what is missing there;
   * null when there is none.
   */
  static @Nullable LogGap gapAtBeginning(RocksEngine engine, Path store, LogCheckResult log) {
    if (log.firstVersion() == 0) {
      // Of what a sweep or a purge has noted, for one, whose commits have not arrived.
      return isKept(engine, log.durableUpTo())
          ? WriteAheadLogCheck.gapBefore(store, ColumnFamily.COMMIT.id())
          : null;
    }
    long before = log.firstVersion() - 1;
    return before > 0 && log.durableUpTo() < before && !isKept(engine, before)
        ? WriteAheadLogCheck.beginning(store, ColumnFamily.COMMIT.id())
        : null;
  }

  private static boolean mayBeginLate(Path store, LogCheckResult log) {
    return log.firstVersion() == 0
        ? WriteAheadLogCheck.gapBefore(store, ColumnFamily.COMMIT.id()) != null
        : log.firstVersion() > 1;
  }

  /** Whether a commit, and so every one before it, is in the sorted files. */
  private static boolean isKept(RocksEngine engine, long version) {
    return version == 0 || engine.get(ColumnFamily.COMMIT, Keys.commit(version)) != null;
  }

  private static boolean opens(Path store) {
    try (RocksEngine _ = StoreFiles.openReadOnly(store)) {
      return true;
    } catch (CorruptionException _) {
      return false;
    } catch (UnavailableException | FormatException _) {
      // Its making was cut short, for one. Opening for writing goes on with that, or says more.
      return true;
    }
  }

  /** Whether nothing was ever committed: the store was still being made. */
  private static boolean isEmpty(Path store) throws IOException {
    for (Path file : FileTrees.files(store)) {
      if (file.toString().endsWith(".sst")) {
        return false;
      }
    }
    LogCheckResult log = WriteAheadLogCheck.check(store, ColumnFamily.COMMIT.id());
    return log.lastVersion() == 0 && log.durableUpTo() == 0 && !log.damaged();
  }

  /** A second name, or a copy of what will be cut. */
  private static void link(Path file, Path copy, Ends ends) throws IOException {
    boolean changed =
        (ends.manifest != null && file.equals(ends.manifest.file()))
            || (ends.log != null && file.equals(ends.log.file()));
    if (!changed) {
      try {
        Path _ = Files.createLink(copy, file);
        return;
      } catch (UnsupportedOperationException _) {
        // Then a copy.
      }
    }
    Path _ = Files.copy(file, copy);
  }

  /** Cuts the ends off the files of that name in a directory. */
  private static void cut(Path store, Ends ends) throws IOException {
    if (ends.manifest != null) {
      truncate(store.resolve(ends.manifest.file().getFileName()), ends.manifest.end());
    }
    if (ends.log != null) {
      LogGap gap = new LogGap(store.resolve(ends.log.file().getFileName()), ends.log.end());
      List<Path> behind = WriteAheadLogCheck.behind(store, gap);
      for (Path later : behind) {
        Files.delete(later);
        FileOperations.REAL.syncDirectory(store);
      }
      truncate(gap.file(), gap.end());
    }
  }

  private static void truncate(Path path, long end) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      FileChannel _ = file.truncate(end);
      file.force(true);
    }
  }

  private static void check(Ends ends, VerifyReport report) {
    for (Problem problem : report.problems()) {
      if (problem.remedy() == Problem.Remedy.RESTORE) {
        throw notWhole(ends, problem.toString());
      }
    }
  }

  /**
   * A sorted file that the manifest does not name holds nothing that the log has not got, unless
   * the manifest has named it and the log was deleted. A manifest that is whole has not: then the
   * file was just being made of commits of which the log is lost, and they are lost with it unless
   * its last one vouches for them.
   */
  private static void checkOrphans(Ends ends, Path store, long version) throws IOException {
    for (Path file : FileTrees.files(store)) {
      StorageFileCheck.LastRow last =
          file.toString().endsWith(".sst")
              ? StorageFileCheck.lastRow(file, ColumnFamily.COMMIT)
              : null;
      if (last == null) {
        continue;
      }
      long held = Keys.versionOfCommit(last.key());
      long vouchedFor = ends.manifest == null ? CommitRow.parse(last.value()).durableUpTo() : held;
      if (held > version && vouchedFor > version) {
        throw notWhole(ends, file.getFileName() + " holds version " + held);
      }
    }
  }

  private static CorruptionException notWhole(Ends ends, String why) {
    return new CorruptionException(
        "files are damaged ("
            + ends
            + "), and without what is behind the damage the store is not whole ("
            + why
            + "); nothing was changed; restore the directory from a backup",
        Map.of(
            "file",
            ends.manifest != null
                ? ends.manifest.file().toString()
                : ends.log != null ? ends.log.file().toString() : ""));
  }
}
