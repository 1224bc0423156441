package dev.nacre.store.verify;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.error.NacreException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.maintain.Problem.Remedy;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.OwnerFile;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.LogCheckResult;
import dev.nacre.store.rocks.LogGap;
import dev.nacre.store.rocks.ManifestTail;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFileCheck;
import dev.nacre.store.rocks.WriteAheadLogCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads everything in a database directory and says what is wrong: {@code FORMAT}, the write-ahead
 * log, the checksums of every file that has some, commits, changes, records, vectors, expiries
 * against each other, and the indexes. Writes nothing, and may run beside the owner; then it judges
 * the state it finds at the beginning. One damage does not hide the next, as far as can be read.
 *
 * <p>No checksum covers RocksDB's {@code OPTIONS} and {@code IDENTITY}, which are not needed to
 * read the data, nor its logs for people ({@code LOG}).
 *
 * <p>For one use and one thread.
 */
public final class StoreVerification {
  private static final int LOOKS_MAX = 10;

  private final Path directory;
  private final Path store;
  private final ViewCheck views;
  private final Findings findings = new Findings();
  private long version = -1;
  private boolean tornManifest;
  private boolean tornLog;

  /** Whether the log is damaged in a way that opening refuses: no more is read of it. */
  private boolean logRefused;

  private StoreVerification(Path directory, ViewCheck views) {
    this.directory = directory.toAbsolutePath().normalize();
    this.store = this.directory.resolve("store");
    this.views = views;
  }

  /**
   * Verifies a directory. Blocks.
   *
   * @throws FormatException when it is not a Nacre directory, or one of a newer format
   * @throws UnavailableException when the file system refuses
   */
  public static VerifyReport run(Path directory, ViewCheck views) {
    StoreVerification verification = new StoreVerification(directory, views);
    try {
      verification.verify();
    } catch (IOException e) {
      throw IoFailures.of("verifying", verification.directory, e);
    } catch (UncheckedIOException e) {
      throw IoFailures.of("verifying", verification.directory, new IOException(e));
    }
    return verification.findings.report(verification.directory, verification.version);
  }

  private void verify() throws IOException {
    OptionalLong closedAt = checkDirectory();
    LogCheckResult log = checkLog();
    manifest();
    RocksEngine engine = open();
    if (engine == null) {
      for (Path file : FileTrees.files(store)) {
        if (file.toString().endsWith(".sst")) {
          table(file);
        }
      }
      return;
    }
    try (engine) {
      for (String name : engine.tableFiles()) {
        table(store.resolve(name));
      }
      guarded(Area.LOG, "commit", () -> version = StoreFiles.lastCommit(engine).version());
      LogGap gap = isOwned() || logRefused ? null : PowerCut.gapAtBeginning(engine, store, log);
      if (gap != null) {
        gap(gap);
      }
      if (version >= 0 && !tornLog) {
        guarded(Area.LOG, "commit", () -> lost(engine, log, closedAt));
        rows(engine);
      }
    }
  }

  private boolean isOwned() {
    return OwnerFile.living(directory).isPresent();
  }

  /** {@code FORMAT} and {@code CLEAN}; the version of a clean close. */
  private OptionalLong checkDirectory() throws IOException {
    findings.file();
    try (StoreDirectory opened = StoreDirectory.open(directory, true)) {
      OptionalLong closedAt = opened.cleanMarker();
      if (closedAt.isEmpty() && Files.exists(directory.resolve("CLEAN"))) {
        findings.add(
            Area.DIRECTORY,
            directory.resolve("CLEAN").toString(),
            "the mark of a clean close is damaged; the next opening looks closer",
            Remedy.NONE);
      }
      if (Files.exists(store.resolve("CURRENT"))) {
        MissingFiles.find(opened)
            .ifPresent(
                missing ->
                    findings.add(
                        Area.WRITE_AHEAD_LOG,
                        missing.details().getOrDefault("file", store.toString()),
                        String.valueOf(missing.getMessage())));
      }
      return closedAt;
    } catch (CorruptionException e) {
      findings.add(
          Area.DIRECTORY, directory.resolve("FORMAT").toString(), String.valueOf(e.getMessage()));
      return OptionalLong.empty();
    }
  }

  /** An owner deletes and begins files while they are read: that passes when one looks again. */
  private LogCheckResult checkLog() throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        LogCheckResult log = WriteAheadLogCheck.check(store, ColumnFamily.COMMIT.id());
        for (Path file : FileTrees.files(store)) {
          if (file.toString().endsWith(".log")) {
            findings.file();
          }
        }
        if (log.gap() != null && !isOwned()) {
          gap(log.gap());
        } else if (log.damaged() && !isOwned()) {
          findings.add(
              Area.WRITE_AHEAD_LOG,
              store.toString(),
              "the log ends in a torn record, as a crash leaves it: " + log.damage(),
              Remedy.NONE);
        }
        return log;
      } catch (CorruptionException | UnavailableException e) {
        if (attempt == LOOKS_MAX || !isOwned()) {
          findings.add(
              Area.WRITE_AHEAD_LOG,
              e.details().getOrDefault("file", store.toString()),
              String.valueOf(e.getMessage()));
          logRefused = true;
          return LogCheckResult.EMPTY;
        }
      }
    }
  }

  private void gap(LogGap gap) {
    tornLog = true;
    findings.add(
        Area.WRITE_AHEAD_LOG,
        gap.file().toString(),
        "the log has a gap at byte "
            + gap.end()
            + ", as a power cut leaves it among commits that were not yet durable; rows were not"
            + " looked at before the next opening cuts it off there, if nothing durable is missing",
        Remedy.NONE);
  }

  private void manifest() throws IOException {
    for (int attempt = 1; ; attempt++) {
      List<StorageFileCheck.Damage> damages = new ArrayList<>();
      try {
        damages.addAll(StorageFileCheck.manifest(store));
      } catch (NoSuchFileException e) {
        damages.add(new StorageFileCheck.Damage("CURRENT", "what it names went away: " + e));
      }
      findings.file();
      // The end of a manifest that an owner is just writing looks torn.
      if (damages.isEmpty() || attempt == LOOKS_MAX || !isOwned()) {
        tornManifest = !damages.isEmpty() && ManifestTail.find(store) != null;
        for (StorageFileCheck.Damage damage : damages) {
          String file = store.resolve(damage.file()).toString();
          if (tornManifest) {
            findings.add(
                Area.STORAGE_FILE,
                file,
                "it ends in a torn record, as a power cut leaves it: " + damage.what(),
                Remedy.NONE);
          } else {
            findings.add(Area.STORAGE_FILE, file, damage.what());
          }
        }
        return;
      }
    }
  }

  private @Nullable RocksEngine open() {
    for (int attempt = 1; ; attempt++) {
      try {
        return StoreFiles.openReadOnly(store);
      } catch (CorruptionException | UnavailableException | FormatException e) {
        if (attempt == LOOKS_MAX || !isOwned()) {
          findings.add(
              Area.STORAGE_FILE,
              store.toString(),
              tornManifest
                  ? "rows were not looked at before the torn end of the manifest is cut off, which"
                      + " the next opening does if nothing is missing without it"
                  : "the store cannot be opened, its rows were not looked at: " + e.getMessage(),
              tornManifest ? Remedy.NONE : Remedy.RESTORE);
          return null;
        }
      }
    }
  }

  private void table(Path file) {
    if (!Files.exists(file)) {
      // The owner has merged it into another one, and the rows were read from before.
      if (!isOwned()) {
        findings.add(Area.STORAGE_FILE, file.toString(), "the file is missing");
      }
      return;
    }
    StorageFileCheck.Damage damage = StorageFileCheck.table(file);
    findings.file();
    if (damage != null && (Files.exists(file) || !isOwned())) {
      findings.add(Area.STORAGE_FILE, file.toString(), damage.what());
    }
  }

  /** What opening would refuse because acknowledged commits are missing. */
  private void lost(RocksEngine engine, LogCheckResult log, OptionalLong closedAt) {
    long promised = Math.max(log.durableUpTo(), log.lastVersion());
    if (closedAt.isPresent()) {
      promised = Math.max(promised, closedAt.getAsLong());
    }
    if (version < promised) {
      findings.add(
          Area.WRITE_AHEAD_LOG,
          store.toString(),
          "versions "
              + (version + 1)
              + " to "
              + promised
              + " were acknowledged as durable and are missing"
              + (log.damaged() ? " (" + log.damage() + ")" : ""));
    }
    long before = log.firstVersion() - 1;
    if (before > 0 && engine.get(ColumnFamily.COMMIT, Keys.commit(before)) == null) {
      findings.add(
          Area.WRITE_AHEAD_LOG,
          store.toString(),
          "version " + before + " is missing: a log file is, too");
    }
  }

  private void rows(RocksEngine engine) {
    RegistryView registry = RegistryView.read(engine, version, findings);
    RowCounts counts = new RowCounts();
    guarded(Area.LOG, "commit", () -> CommitCheck.run(engine, registry, findings));
    long before = findings.count();
    boolean[] read = {false};
    guarded(
        Area.RECORDS,
        "head and history",
        () -> read[0] = RecordCheck.run(engine, registry, findings, counts));
    // Where records are damaged anyway, comparing with them would repeat it.
    boolean compare = read[0] && findings.count() == before;
    guarded(Area.LOG, "log", () -> LogCheck.run(engine, registry, findings, counts, compare));
    guarded(
        Area.VECTORS, "vector", () -> VectorCheck.run(engine, registry, findings, counts, compare));
    guarded(Area.EXPIRY, "expiry", () -> ExpiryCheck.run(engine, registry, findings));
    String lineage = lineage(engine);
    Path index = directory.resolve("index");
    if (lineage != null && Files.isDirectory(index) && !isOwned()) {
      long files =
          views.check(
              index,
              lineage,
              version,
              problem ->
                  findings.add(problem.area(), problem.place(), problem.what(), problem.remedy()));
      for (long i = 0; i < files; i++) {
        findings.file();
      }
    }
  }

  private @Nullable String lineage(RocksEngine engine) {
    try {
      return StoreFiles.lineage(engine, store);
    } catch (CorruptionException _) {
      // The registry has said so.
      return null;
    }
  }

  private void guarded(Area area, String place, Runnable check) {
    try {
      check.run();
    } catch (NacreException
        | IndexOutOfBoundsException
        | NegativeArraySizeException
        | IllegalStateException e) {
      findings.add(area, place, "not everything could be read: " + e.getMessage());
    }
  }
}
