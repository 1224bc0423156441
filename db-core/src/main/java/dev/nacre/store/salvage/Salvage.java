package dev.nacre.store.salvage;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.error.LockedException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.DirectoryOwner;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.maintain.SalvageReport;
import dev.nacre.maintain.SalvageReport.Part;
import dev.nacre.maintain.SalvageRequest;
import dev.nacre.model.Limits;
import dev.nacre.model.ScanRequest;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.store.layout.FileOperations;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.OwnerFile;
import dev.nacre.store.layout.StoreDirectory;
import dev.nacre.store.verify.FileTrees;
import dev.nacre.store.verify.IoFailures;
import dev.nacre.store.verify.MissingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes what is readable of a damaged store into a new directory, and says what is not.
 *
 * <ul>
 *   <li>The damaged directory is read, never written: neither a lock nor a log file.
 *   <li>The new one gets its name when it is complete; it is a database of its own, with an id and
 *       lineage of its own, in which versions have the numbers and times that they had.
 *   <li>Nothing is in it that was not written: every row comes out of a block or record whose
 *       checksum is right. Where what a commit has written is lost, the record is absent from that
 *       version on, not as it was before.
 * </ul>
 *
 * Stateless.
 */
public final class Salvage {
  private static final long CACHE_BYTES = 64 << 20;

  private Salvage() {}

  /**
   * Salvages. Blocks.
   *
   * @throws FormatException when there is no store in the source, or one of a newer format
   * @throws LockedException when somebody has the source open
   * @throws ValidationException when the target is not empty, or lies in the source
   * @throws dev.nacre.error.UnavailableException when the file system refuses
   */
  public static SalvageReport run(SalvageRequest request) {
    Path source = request.source().toAbsolutePath().normalize();
    Path target = request.target().toAbsolutePath().normalize();
    Path work = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      SalvageFindings findings = new SalvageFindings();
      check(source, target, findings);
      try {
        SalvageReport report = salvage(request, source, target, work, findings);
        finish(work.resolve("db"), target);
        return report;
      } finally {
        if (Files.exists(work)) {
          FileTrees.delete(work);
        }
      }
    } catch (IOException e) {
      throw IoFailures.of("the salvage", source, e);
    }
  }

  private static void check(Path source, Path target, SalvageFindings findings) throws IOException {
    Optional<DirectoryOwner> owner = OwnerFile.living(source);
    if (owner.isPresent()) {
      throw new LockedException(
          "the directory "
              + source
              + " is open in process "
              + owner.get().pid()
              + "; end it before what is readable is taken out",
          Map.of("directory", source.toString(), "pid", Long.toString(owner.get().pid())));
    }
    if (!Files.isDirectory(source.resolve("store"))) {
      throw new FormatException(
          "there is no store in " + source, Map.of("directory", source.toString()));
    }
    try (StoreDirectory opened = StoreDirectory.open(source, true)) {
      MissingFiles.find(opened)
          .ifPresent(
              missing ->
                  findings.file(
                      Area.STORAGE_FILE,
                      missing.details().getOrDefault("file", source.toString()),
                      String.valueOf(missing.getMessage())));
    } catch (CorruptionException e) {
      findings.file(
          Area.DIRECTORY, source.resolve("FORMAT").toString(), String.valueOf(e.getMessage()));
    }
    if (target.startsWith(source) || source.startsWith(target)) {
      throw new ValidationException(
          "the new directory " + target + " and " + source + " lie in each other",
          Map.of("target", target.toString()));
    }
    if (Files.exists(target)
        && (!Files.isDirectory(target) || !FileOperations.REAL.list(target, 1).isEmpty())) {
      throw new ValidationException(
          "the new directory " + target + " is there and not empty; name another one",
          Map.of("target", target.toString()));
    }
  }

  private static SalvageReport salvage(
      SalvageRequest request, Path source, Path target, Path work, SalvageFindings findings)
      throws IOException {
    Path sorting = Files.createDirectories(work.resolve("sorting"));
    SalvagedRegistry registry = new SalvagedRegistry();
    CommitClock clock = new CommitClock();
    try (SalvagedRows rows = new SalvagedRows(sorting, registry)) {
      DamagedFiles files = new DamagedFiles(source.resolve("store"), rows, findings);
      files.read(request.progress());
      rows.flush();
      registry.end();
      try (Store store =
          Store.open(
              StoreOptions.in(work.resolve("db"))
                  .withBlockCacheBytes(CACHE_BYTES)
                  .withLimits(Limits.MAX)
                  .withSweeping(new Sweeping(Duration.ZERO, Duration.ZERO))
                  .withClock(clock))) {
        long version =
            new SalvageReplay(store, clock, rows, registry, files, findings, request.progress())
                .run();
        rows.forEachLost(
            (namespace, key, since) -> {
              if (!registry.isDeleted(namespace)) {
                findings.recordLost(namespace);
                findings.loss(registry.name(namespace), Keys.text(key), since, Part.RECORD);
              }
            });
        store.ensureDurable(version);
        long promised = Math.max(rows.durableUpTo(), closedAt(source));
        return findings.report(
            source,
            target,
            version,
            promised,
            registry,
            id -> registry.isDeleted(id) ? 0 : count(store, registry.name(id)));
      }
    }
  }

  private static long closedAt(Path source) {
    try (StoreDirectory opened = StoreDirectory.open(source, true)) {
      return opened.cleanMarker().orElse(0);
    } catch (CorruptionException _) {
      return 0;
    }
  }

  private static long count(Store store, String namespace) {
    long count = 0;
    ScanRequest scan = ScanRequest.of(namespace).withLimit(1_000);
    while (true) {
      var page = store.scan(scan);
      count += page.items().size();
      String cursor = page.cursor();
      if (cursor == null) {
        return count;
      }
      scan = scan.withCursor(cursor);
    }
  }

  /** The new directory gets its name. */
  private static void finish(Path made, Path target) throws IOException {
    if (Files.exists(target)) {
      Files.delete(target);
    }
    FileOperations.REAL.replace(made, target);
    Path parent = target.getParent();
    if (parent != null) {
      FileOperations.REAL.syncDirectory(parent);
    }
  }
}
