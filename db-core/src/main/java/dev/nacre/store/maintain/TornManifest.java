package dev.nacre.store.maintain;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.Problem;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.LogCheckResult;
import dev.nacre.store.rocks.ManifestTail;
import dev.nacre.store.rocks.ManifestTail.Torn;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.WriteAheadLogCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts off a torn end of RocksDB's manifest, with which RocksDB would not open.
 *
 * <p>A power cut in the middle of its last write leaves that, and then nothing is missing without
 * it. A disk that has damaged the last record later leaves the same bytes, and then files that it
 * named are not found any more, and log files may be gone that they had replaced. So it is first
 * cut off in a trial directory of hard links, where everything is verified: every row against every
 * other. Only when nothing is missing is the manifest itself cut. Stateless.
 */
public final class TornManifest {
  private static final Logger LOG = LoggerFactory.getLogger(TornManifest.class);

  private TornManifest() {}

  /**
   * Mends the manifest of a directory, if that is needed. Blocks; reads the whole store when it is.
   *
   * @param directory owned
   * @throws CorruptionException when something is missing without the damaged end; nothing was
   *     changed
   * @throws UnavailableException when the file system refuses
   */
  public static void mend(StoreDirectory directory) {
    if (directory.cleanMarker().isPresent()) {
      // Everything had been forced: no write was under way, and RocksDB says what it thinks of it.
      return;
    }
    try {
      Torn torn = ManifestTail.find(directory.store());
      if (torn == null || opens(directory.store())) {
        return;
      }
      LOG.warn(
          "{} ends in a torn record at byte {}, as a power cut leaves it; verifying the store"
              + " without it",
          torn.file(),
          torn.end());
      Path trial = directory.snapshots().resolve(BackupWriter.CHECKPOINT + UUID.randomUUID());
      try {
        copy(directory, torn, trial);
        if (!isEmpty(trial.resolve("store"))) {
          check(torn, StoreVerification.run(trial, ViewCheck.NONE));
        }
      } finally {
        FileTrees.delete(trial);
      }
      try (FileChannel manifest = FileChannel.open(torn.file(), StandardOpenOption.WRITE)) {
        FileChannel _ = manifest.truncate(torn.end());
        manifest.force(true);
      }
    } catch (IOException e) {
      throw IoFailures.of("mending the manifest", directory.path(), e);
    }
  }

  /** RocksDB passes over an end that is cut off. */
  private static boolean opens(Path store) {
    try (RocksEngine _ = StoreFiles.openReadOnly(store)) {
      return true;
    } catch (CorruptionException _) {
      return false;
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

  private static void copy(StoreDirectory directory, Torn torn, Path trial) throws IOException {
    Path store = Files.createDirectories(trial.resolve("store"));
    Path format = directory.path().resolve("FORMAT");
    Path _ = Files.copy(format, trial.resolve("FORMAT"));
    for (Path file : FileTrees.files(directory.store())) {
      Path copy = store.resolve(file.getFileName());
      if (file.equals(torn.file())) {
        cut(file, torn.end(), copy);
      } else {
        link(file, copy);
      }
    }
  }

  private static void link(Path file, Path copy) throws IOException {
    try {
      Path _ = Files.createLink(copy, file);
    } catch (UnsupportedOperationException _) {
      Path _ = Files.copy(file, copy);
    }
  }

  private static void cut(Path file, long end, Path copy) throws IOException {
    try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ);
        FileChannel to =
            FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(end));
      while (bytes.hasRemaining() && from.read(bytes) >= 0) {}
      bytes.flip();
      while (bytes.hasRemaining()) {
        int _ = to.write(bytes);
      }
    }
  }

  private static void check(Torn torn, VerifyReport report) {
    @Nullable Problem missing =
        report.problems().stream()
            .filter(problem -> problem.remedy() == Problem.Remedy.RESTORE)
            .findFirst()
            .orElse(null);
    if (missing != null) {
      throw new CorruptionException(
          "the file "
              + torn.file()
              + " is damaged at byte "
              + torn.end()
              + ", and without its end the store is not whole ("
              + missing
              + "); nothing was changed; restore the directory from a backup",
          Map.of("file", torn.file().toString(), "offset", Long.toString(torn.end())));
    }
  }
}
