package dev.nacre.store.verify;

import dev.nacre.error.CorruptionException;
import dev.nacre.store.layout.StoreDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Finds that files are gone without which RocksDB would begin anew, or go on with less, and say
 * nothing:
 *
 * <ul>
 *   <li>{@code CURRENT}: it is there before any log or table is, and so before anything of a store
 *       that was ever opened;
 *   <li>the manifest that it names: it is there before CURRENT names it;
 *   <li>the newest log file: an owner notes its number once it has opened the store, and a log is
 *       deleted only when a newer one is there. What an owner has noted holds as long as the system
 *       was not started anew.
 * </ul>
 *
 * Stateless.
 */
public final class MissingFiles {
  private static final Pattern MANIFEST = Pattern.compile("MANIFEST-\\d+");

  private MissingFiles() {}

  /** What is missing; empty when nothing is known to be. Writes nothing. */
  public static Optional<CorruptionException> find(StoreDirectory directory) throws IOException {
    Path store = directory.store();
    List<Path> files = Files.isDirectory(store) ? FileTrees.files(store) : List.of();
    OptionalLong noted = directory.notedLog();
    Path current = store.resolve("CURRENT");
    if (!Files.exists(current)) {
      boolean wasOpened =
          noted.isPresent()
              || directory.cleanMarker().isPresent()
              || files.stream().anyMatch(MissingFiles::isOfAnOpenedStore);
      return wasOpened
          ? Optional.of(
              missing(current, "the file " + current + " is missing, which every store has"))
          : Optional.empty();
    }
    String named = Files.readString(current, StandardCharsets.ISO_8859_1).strip();
    Path manifest = store.resolve(named);
    if (MANIFEST.matcher(named).matches() && !Files.exists(manifest)) {
      return Optional.of(
          missing(manifest, "the file " + manifest + " is missing, which CURRENT names"));
    }
    if (noted.isPresent() && StoreDirectory.newestLog(files).orElse(-1) < noted.getAsLong()) {
      Path log = store.resolve("%06d.log".formatted(noted.getAsLong()));
      return Optional.of(
          missing(
              log,
              "the write-ahead log file "
                  + log
                  + " is missing, and no later one is there: what was committed last is gone"));
    }
    return Optional.empty();
  }

  private static boolean isOfAnOpenedStore(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(".sst") || name.endsWith(".log");
  }

  private static CorruptionException missing(Path file, String what) {
    return new CorruptionException(
        what + "; no data was changed. Restore the directory from a backup",
        Map.of("file", file.toString()));
  }
}
