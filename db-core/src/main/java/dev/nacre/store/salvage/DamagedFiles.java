package dev.nacre.store.salvage;

import dev.nacre.error.NacreException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.maintain.Progress;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.ManifestFile;
import dev.nacre.store.rocks.ReadableRows;
import dev.nacre.store.rocks.ReadableRows.Loss;
import dev.nacre.store.verify.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads every file of a store, and says which rows are missing for what is wrong with it. For one
 * use and one thread.
 */
final class DamagedFiles {
  private final Path store;
  private final SalvagedRows rows;
  private final SalvageFindings findings;
  private final List<LogRange> changesLost = new ArrayList<>();
  private boolean changesUnknown;
  private long unreadable;
  private String reading = "";

  DamagedFiles(Path store, SalvagedRows rows, SalvageFindings findings) {
    this.store = store;
    this.rows = rows;
    this.findings = findings;
  }

  /** Changes that are missing between two keys of the log; null is its beginning or end. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record LogRange(byte @Nullable [] after, byte @Nullable [] before) {
    boolean mayHold(int namespace, long version) {
      byte[] first = Keys.log(namespace, version, 0);
      byte[] last = Keys.log(namespace, version, -1);
      return (after == null || Arrays.compareUnsigned(last, after) >= 0)
          && (before == null || Arrays.compareUnsigned(first, before) <= 0);
    }
  }

  /** Whether changes of a namespace in a version may have been in what is lost. */
  boolean mayHaveLostChanges(int namespace, long version) {
    return changesUnknown
        || changesLost.stream().anyMatch(range -> range.mayHold(namespace, version));
  }

  /** Reads everything. */
  void read(Consumer<Progress> progress) throws IOException {
    Optional<Collection<ManifestFile>> manifest = ManifestFile.all(store);
    Map<String, ManifestFile> named = new HashMap<>();
    List<Path> files = files();
    // One that was cut off before its first file is a manifest of nothing.
    boolean cut =
        manifest.isPresent()
            && manifest.get().isEmpty()
            && files.stream().anyMatch(file -> file.toString().endsWith(".sst"));
    if (manifest.isPresent() && !cut) {
      manifest.get().forEach(file -> named.put(file.name(), file));
    } else {
      changesUnknown = true;
      findings.file(
          Area.STORAGE_FILE,
          store.toString(),
          "the manifest is missing or damaged: which files there were is not known, and what was in"
              + " one that is gone altogether cannot be named");
    }
    long read = 0;
    for (Path file : files) {
      reading = String.valueOf(file.getFileName());
      ManifestFile known = named.remove(reading);
      if (reading.endsWith(".log")) {
        log(file);
      } else {
        sorted(file, known, manifest.isPresent() && !cut);
      }
      unreadable();
      progress.accept(new Progress("files read", ++read, files.size()));
    }
    for (ManifestFile missing : named.values()) {
      lost(
          store.resolve(missing.name()),
          new Loss("it is missing", missing.family(), missing.smallest(), missing.largest()),
          true);
    }
  }

  private List<Path> files() throws IOException {
    return Files.isDirectory(store)
        ? FileTrees.files(store).stream()
            .filter(file -> file.toString().matches(".*[/\\\\]\\d{6,}\\.(sst|log)"))
            .sorted()
            .toList()
        : List.of();
  }

  private void log(Path file) throws IOException {
    Loss loss = ReadableRows.log(file, this::take);
    if (loss != null) {
      // Changes that were only there are unknown: their commit rows, too, so that their versions
      // are missed, or are behind the newest.
      findings.file(
          Area.WRITE_AHEAD_LOG,
          file.toString(),
          loss.what()
              + "; every record of it whose checksum is right was read; the end that a crash tears"
              + " looks the same");
    }
  }

  private void sorted(Path file, @Nullable ManifestFile known, boolean manifest) {
    Loss loss = ReadableRows.sorted(file, this::take);
    if (loss == null) {
      return;
    }
    if (known == null && manifest && loss.family() == null) {
      // Not one that counts: it was being written.
      return;
    }
    if (loss.family() == null && known != null) {
      lost(file, new Loss(loss.what(), known.family(), known.smallest(), known.largest()), true);
    } else {
      lost(file, loss, false);
    }
  }

  private void take(ColumnFamily family, byte[] key, byte[] value) {
    try {
      rows.take(family, key, value);
    } catch (NacreException | IndexOutOfBoundsException | IllegalArgumentException e) {
      if (e instanceof UnavailableException unavailable) {
        throw unavailable;
      }
      unreadable++;
    }
  }

  private void unreadable() {
    if (unreadable > 0) {
      findings.file(
          Area.STORAGE_FILE,
          store.resolve(reading).toString(),
          unreadable + " rows of it have right checksums and cannot be understood");
      changesUnknown = true;
      unreadable = 0;
    }
  }

  /**
   * Notes a loss.
   *
   * @param inclusive whether the keys that bound it are lost themselves
   */
  private void lost(Path file, Loss loss, boolean inclusive) {
    ColumnFamily family = loss.family();
    if (family == null) {
      changesUnknown = true;
    } else if (family == ColumnFamily.LOG) {
      changesLost.add(new LogRange(loss.after(), loss.before()));
    }
    String what =
        family == null
            ? "all its rows are missing, and which these were is not known"
            : "rows of "
                + family.title()
                + " are missing, "
                + bound(inclusive ? "from" : "behind", family, loss.after(), "its beginning")
                + " "
                + bound(inclusive ? "to" : "before", family, loss.before(), "its end");
    findings.file(Area.STORAGE_FILE, file.toString(), loss.what() + "; " + what);
  }

  private static String bound(
      String preposition, ColumnFamily family, byte @Nullable [] key, String otherwise) {
    return preposition + " " + (key == null ? otherwise : describe(family, key));
  }

  private static String describe(ColumnFamily family, byte[] key) {
    try {
      return switch (family) {
        case HEAD ->
            "namespace " + Keys.intAt(key, 0) + " key \"" + Keys.text(Keys.keyOfHead(key)) + "\"";
        case HISTORY ->
            "namespace "
                + Keys.intAt(key, 0)
                + " key \""
                + Keys.text(Keys.unescaped(key, 4))
                + "\" version "
                + Keys.versionOf(key);
        case VECTOR, VECTOR_HISTORY ->
            "namespace "
                + Keys.intAt(key, 0)
                + " space "
                + Keys.intAt(key, 4)
                + " key \""
                + Keys.text(Keys.unescaped(key, 8))
                + "\"";
        case LOG -> "namespace " + Keys.intAt(key, 0) + " version " + Keys.versionOfLog(key);
        case COMMIT -> "version " + Keys.versionOfCommit(key);
        case EXPIRY, META, DEFAULT -> HexFormat.of().formatHex(key);
      };
    } catch (NacreException | IndexOutOfBoundsException _) {
      return HexFormat.of().formatHex(key);
    }
  }
}
