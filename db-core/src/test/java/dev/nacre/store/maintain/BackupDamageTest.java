package dev.nacre.store.maintain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.FormatException;
import dev.nacre.error.KeyNotFoundException;
import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupFile;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.Problem;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Durability;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.layout.FileOperations;
import dev.nacre.store.verify.IoFailures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups that are not what they say: named by the check, and refused by the restore. */
class BackupDamageTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir private Path temporary;
  private Path backups;
  private Path target;
  private Backup backup;
  private String lineage;

  @BeforeEach
  void backUp() {
    backups = temporary.resolve("backups");
    target = temporary.resolve("target");
    try (Store store = Store.open(StoreOptions.in(temporary.resolve("db")))) {
      for (int i = 0; i < 5; i++) {
        var _ =
            store
                .commit(
                    WriteBatch.builder().put("n", "k" + i, Value.json("1")).build(),
                    Durability.SYNC,
                    TIMEOUT)
                .join();
      }
      lineage = store.lineage();
      backup =
          BackupWriter.run(
              store, BackupRequest.to(backups).withLabel("a note"), Clock.systemUTC(), () -> false);
    }
  }

  private Path manifest() {
    return backups.resolve(backup.id() + ".backup");
  }

  private NacreException refused(RestoreRequest request) throws IOException {
    boolean existed = Files.exists(target);
    NacreException e = assertThrows(NacreException.class, () -> BackupRestore.run(request));
    assertEquals(existed, Files.exists(target));
    if (existed && Files.isDirectory(target)) {
      assertEquals(List.of(), FileOperations.REAL.list(target, 9));
    }
    return e;
  }

  private RestoreRequest request() {
    return RestoreRequest.of(backups, target);
  }

  private void rewrite(UnaryOperator<Backup> change) throws IOException {
    BackupManifest read = BackupManifest.parse(manifest(), Files.readAllBytes(manifest()));
    Files.write(manifest(), new BackupManifest(change.apply(read.backup()), read.tails()).encode());
  }

  private static Backup with(Backup of, long version, List<BackupFile> files) {
    return new Backup(
        of.id(),
        of.directory(),
        of.databaseId(),
        of.lineage(),
        version,
        of.committedAt(),
        of.createdAt(),
        of.label(),
        of.newBytes(),
        files);
  }

  @Test
  void manifest_isReadBackAsItWas() throws IOException {
    BackupManifest read = BackupManifest.parse(manifest(), Files.readAllBytes(manifest()));
    assertEquals(backup, read.backup());
    assertEquals("a note", read.backup().label());
    assertFalse(read.tails().isEmpty());
    assertEquals(read, BackupManifest.parse(manifest(), read.encode()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"nacreBackup\":1}",
        "{\"nacreBackup\":1,\"id\":7}",
        "{\"nacreBackup\":1,\"files\":[{\"bytes\":1}]}",
        "not JSON",
        "{\"nacreBackup\":1,\"id\":\"x\",\"databaseId\":\"no uuid\"}",
      })
  void manifestWithTheRightChecksum_thatSaysNothing_isCorruption(String json) throws IOException {
    write(json);
    CorruptionException e =
        assertThrows(
            CorruptionException.class,
            () -> BackupManifest.parse(manifest(), Files.readAllBytes(manifest())));
    assertEquals(manifest().toString(), e.details().get("file"));
    List<Problem> problems = BackupCheck.run(backups).problems();
    assertEquals(1, problems.size(), problems::toString);
    assertEquals(manifest().toString(), problems.getFirst().place());
  }

  private void write(String json) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update((json + "\n").getBytes(StandardCharsets.UTF_8));
    Files.writeString(
        manifest(), json + "\n" + String.format(Locale.ROOT, "crc32c %08x\n", crc.getValue()));
  }

  @Test
  void manifestOfALaterFormat_isNamed() throws IOException {
    write("{\"nacreBackup\":2}");
    assertEquals("2", refused(request().withId(backup.id())).details().get("format"));
    assertEquals(1, BackupCheck.run(backups).problems().size());
  }

  @Test
  void manifestThatWasRenamed_isCorruption() throws IOException {
    Path other = backups.resolve("other.backup");
    Files.move(manifest(), other);
    assertTrue(refused(request()) instanceof CorruptionException);
    assertTrue(refused(request().withId("other")) instanceof CorruptionException);
    assertEquals(other.toString(), BackupCheck.run(backups).problems().getFirst().place());
  }

  @Test
  void fileThatIsMissing_isNamed() throws IOException {
    BackupFile file = backup.files().getFirst();
    Path stored = backups.resolve("files").resolve(file.sha256() + "-" + file.bytes());
    Files.delete(stored);
    assertEquals(stored.toString(), refused(request()).details().get("file"));
    assertTrue(BackupCheck.run(backups).problems().getFirst().what().endsWith("is missing"));
    Files.createDirectory(target);
    assertEquals(stored.toString(), refused(request()).details().get("file"));
  }

  @Test
  void fileOfAnotherLength_isNamed() throws IOException {
    BackupFile file = backup.files().getFirst();
    Path stored = backups.resolve("files").resolve(file.sha256() + "-" + file.bytes());
    Files.writeString(stored, "shorter");
    assertEquals(stored.toString(), refused(request()).details().get("file"));
    assertTrue(BackupCheck.run(backups).problems().getFirst().what().contains("is damaged"));
  }

  @Test
  void backupThatEndsElsewhere_isCorruption() throws IOException {
    rewrite(was -> with(was, 6, was.files()));
    NacreException e = refused(request());
    assertTrue(e instanceof CorruptionException);
    assertEquals("5", e.details().get("version"));
  }

  @Test
  void backupWithoutFormat_orWithFilesOutsideOfTheStore_isCorruption() throws IOException {
    rewrite(
        was ->
            with(
                was,
                5,
                was.files().stream().filter(file -> !file.name().equals("FORMAT")).toList()));
    assertTrue(refused(request()).toString().contains("has no file FORMAT"));
    for (String name : List.of("../outside", "store/../../outside", "CLEAN", "store/a/b")) {
      rewrite(
          was -> {
            List<BackupFile> files = new ArrayList<>(backup.files());
            BackupFile first = files.getFirst();
            files.add(0, new BackupFile(name, first.bytes(), first.sha256()));
            return with(was, 5, files);
          });
      assertEquals(name, refused(request()).details().get("file"));
      assertFalse(Files.exists(temporary.resolve("outside")));
    }
  }

  @Test
  void targetThatIsAFile_orInsideOfTheBackups_isRefused() throws IOException {
    assertTrue(
        refused(RestoreRequest.of(backups, backups.resolve("x"))) instanceof ValidationException);
    assertFalse(Files.exists(backups.resolve("x")));
    Files.writeString(target, "dear reader");
    NacreException e = refused(request());
    assertTrue(e instanceof ValidationException, e::toString);
    assertTrue(e.toString().contains("is a file"), e::toString);
    assertEquals("dear reader", Files.readString(target));
  }

  @Test
  void directoryWithoutBackups_isSaid() throws IOException {
    Path none = temporary.resolve("none");
    assertThrows(FormatException.class, () -> BackupRestore.list(none));
    Files.createDirectory(none);
    assertEquals(List.of(), BackupRestore.list(none));
    assertTrue(refused(RestoreRequest.of(none, target)) instanceof KeyNotFoundException);
    for (String id : List.of("absent", "", "../x", "a\0b", backup.id() + ".backup")) {
      NacreException e = refused(request().withId(id));
      assertTrue(e instanceof KeyNotFoundException, e::toString);
      assertEquals(id, e.details().get("id"));
      assertTrue(e.toString().contains(backup.id()), e::toString);
    }
  }

  @Test
  void moments_areThoseOfTheBackupsLineage() throws IOException {
    ReadPoint point = new ReadPoint(3, Instant.EPOCH, lineage);
    assertEquals(3, BackupRestore.run(request().withAsOf(AsOf.at(point))).version());
    Path second = temporary.resolve("second");
    RestoreRequest again = RestoreRequest.of(backups, second);
    assertEquals(0, BackupRestore.run(again.withAsOf(AsOf.instant(Instant.EPOCH))).version());
    try (Store store = Store.open(second)) {
      assertEquals(0, store.now().version());
    }
    target = temporary.resolve("third");
    NacreException other =
        refused(request().withAsOf(AsOf.at(new ReadPoint(3, Instant.EPOCH, "other"))));
    assertEquals("other", other.details().get("lineage"));
    NacreException later =
        refused(request().withAsOf(AsOf.at(new ReadPoint(6, Instant.EPOCH, lineage))));
    assertEquals("5", later.details().get("newest"));
    assertTrue(
        refused(request().withAsOf(AsOf.instant(Instant.MAX))) instanceof ValidationException);
  }

  @Test
  void backupsOfAnotherDatabase_areNotMixedWith() {
    ValidationException e =
        assertThrows(
            ValidationException.class,
            () ->
                BackupDirectory.checkSame(
                    UUID.randomUUID(), List.of(new BackupManifest(backup, Map.of()))));
    assertEquals(backup.databaseId().toString(), e.details().get("found"));
  }

  @Test
  void ids_areByTimeThenVersionThenNumber() {
    Instant at = Instant.parse("2026-11-21T09:30:00.9Z");
    String first = "20261121T093000Z-v42";
    assertEquals(first, BackupIds.next(at, 42, Set.of()));
    assertEquals(first + "-2", BackupIds.next(at, 42, Set.of(first)));
    assertEquals(first + "-4", BackupIds.next(at, 42, Set.of(first, first + "-2", first + "-3")));
    List<String> ordered =
        List.of(
            "20251121T093000Z-v99",
            "20261121T093000Z-v9",
            first,
            first + "-2",
            first + "-10",
            "20261121T093000Z-v100",
            "by hand",
            "by hand 2");
    List<String> shuffled = new ArrayList<>(ordered.reversed());
    shuffled.sort(BackupIds.ORDER);
    assertEquals(ordered, shuffled);
  }

  @Test
  void label_ofItsLimits_isTakenAndBeyondRefused() {
    BackupRequest request = BackupRequest.to(backups);
    assertEquals("x".repeat(200), request.withLabel("x".repeat(200)).label());
    assertThrows(ValidationException.class, () -> request.withLabel("x".repeat(201)));
    assertThrows(ValidationException.class, () -> request.withLabel("a\nb"));
  }

  @Test
  void failureOfTheFileSystem_thatIsAFullDisk_isToldApart() {
    for (String message : List.of("No space left on device", "Disk quota exceeded")) {
      assertTrue(
          IoFailures.of("it", target, new IOException(message))
              instanceof ResourceExhaustedException);
    }
    for (String message : List.of("null", "Input/output error")) {
      assertTrue(
          IoFailures.of("it", target, new IOException(message)) instanceof UnavailableException);
    }
  }
}
