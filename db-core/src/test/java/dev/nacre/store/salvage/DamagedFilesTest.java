package dev.nacre.store.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.UnavailableException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.Problem;
import dev.nacre.maintain.Problem.Area;
import dev.nacre.maintain.SalvageReport;
import dev.nacre.maintain.SalvageReport.VersionRange;
import dev.nacre.maintain.SalvageRequest;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.StorageFileCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of each file that is missing, cut or foreign, and of what was in it. */
class DamagedFilesTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir private Path temporary;
  private Path directory = Path.of("");
  private Path target = Path.of("");

  /** A row in every column family, in sorted files. */
  @BeforeEach
  void fill() {
    directory = temporary.resolve("db");
    target = temporary.resolve("salvaged");
    try (Store store =
        Store.open(
            StoreOptions.in(directory)
                .withBlockCacheBytes(1 << 20)
                .withWriteBufferBytes(1 << 20))) {
      for (int i = 1; i <= 2; i++) {
        commit(store, WriteBatch.builder().put("docs", "a", Value.text("v" + i)).build());
        commit(store, WriteBatch.builder().embed("docs", "z", Embedding.of(i, 2)).build());
      }
      commit(
          store,
          WriteBatch.of(
              new Write.Upsert(
                  "docs",
                  "passing",
                  Value.text("x"),
                  null,
                  List.of(),
                  new Write.Expiry.After(Duration.ofDays(1)),
                  WriteCondition.none())));
      var _ = store.compact();
    }
  }

  private static void commit(Store store, WriteBatch batch) {
    var _ = store.commit(batch, Durability.SYNC, TIMEOUT).join();
  }

  private SalvageReport salvage() {
    return Salvage.run(SalvageRequest.of(directory, target));
  }

  private Path file(ColumnFamily family) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("store"))) {
      return files
          .filter(file -> file.toString().endsWith(".sst"))
          .filter(file -> StorageFileCheck.lastKey(file, family) != null)
          .findFirst()
          .orElseThrow(() -> new AssertionError("no file of " + family));
    }
  }

  private Path manifest() throws IOException {
    Path store = directory.resolve("store");
    return store.resolve(Files.readString(store.resolve("CURRENT")).strip());
  }

  private static String what(SalvageReport report, Path place) {
    List<String> said = new ArrayList<>();
    for (Problem problem : report.files()) {
      if (problem.place().equals(place.toString())) {
        said.add(problem.what());
      }
    }
    assertEquals(1, said.size(), report::toString);
    return said.getFirst();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HEAD | rows of head are missing, from namespace 1 key \"a\" to namespace 1 key \"z\"",
        "HISTORY | rows of history are missing, from namespace 1 key \"a\" version 1 to namespace 1"
            + " key \"z\" version 2",
        "VECTOR | rows of vector are missing, from namespace 1 space 1 key \"z\" to namespace 1"
            + " space 1 key \"z\"",
        "VECTOR_HISTORY | rows of vector_history are missing, from namespace 1 space 1 key \"z\" to"
            + " namespace 1 space 1 key \"z\"",
        "LOG | rows of log are missing, from namespace 1 version 1 to namespace 1 version 5",
        "COMMIT | rows of commit are missing, from version 1 to version 5",
        "EXPIRY | rows of expiry are missing, from 0",
        "META | rows of meta are missing, from 6c"
      })
  void fileThatIsMissing_isSaidWithTheKeysThatBoundIt(ColumnFamily family, String what)
      throws Exception {
    Path file = file(family);
    Files.delete(file);
    String said = what(salvage(), file);
    assertTrue(said.startsWith("it is missing; " + what), said);
  }

  @Test
  void fileCutToNothing_isBoundedByTheManifest() throws Exception {
    Path file = file(ColumnFamily.COMMIT);
    Files.write(file, new byte[0]);
    String said = what(salvage(), file);
    assertTrue(said.endsWith("; rows of commit are missing, from version 1 to version 5"), said);
  }

  @Test
  void fileCutToNothing_withoutAManifest_isNotKnownBySortOrKeys() throws Exception {
    Path file = file(ColumnFamily.COMMIT);
    Files.write(file, new byte[0]);
    Files.delete(manifest());
    SalvageReport report = salvage();
    String said = what(report, file);
    assertTrue(said.endsWith("all its rows are missing, and which these were is not known"), said);
    // Every commit may have had more than is left.
    assertEquals(List.of(new VersionRange(1, 5)), report.commitsNotWhole());
  }

  @Test
  void fileThatTheManifestDoesNotName_andThatCannotBeRead_wasBeingWritten() throws Exception {
    Path begun = directory.resolve("store").resolve("999999.sst");
    Files.write(begun, Arrays.copyOf(Files.readAllBytes(file(ColumnFamily.COMMIT)), 30));
    SalvageReport report = salvage();
    assertEquals(List.of(), report.files());
    assertTrue(report.isWhole(), report::toString);
  }

  @Test
  void manifestCutOffBeforeItsFirstFile_isNotTakenForOneOfNothing() throws Exception {
    Files.write(manifest(), new byte[0]);
    SalvageReport report = salvage();
    assertTrue(
        what(report, directory.resolve("store")).startsWith("the manifest is missing or damaged"),
        report::toString);
    assertEquals(3, report.namespaces().getFirst().records());
  }

  @Test
  void storeOfWhichNothingWasEverWritten_isWhole() throws Exception {
    Path empty = temporary.resolve("empty");
    try (Store store = Store.open(empty)) {
      assertEquals(0, store.now().version());
    }
    SalvageReport report = Salvage.run(SalvageRequest.of(empty, target));
    assertEquals(List.of(), report.files());
    assertEquals(0, report.version());
  }

  @Test
  void formatDamaged_isSaidAndTheRowsAreSavedAllTheSame() throws Exception {
    Path format = directory.resolve("FORMAT");
    Files.delete(format);
    SalvageReport report = salvage();
    assertFalse(report.isWhole());
    assertEquals(Area.DIRECTORY, report.files().getFirst().area());
    assertEquals(format.toString(), report.files().getFirst().place());
    assertEquals(3, report.namespaces().getFirst().records());
    assertEquals(5, report.version());
  }

  @Test
  void emptyTarget_isFilled_andOneThatIsAFileOrAboveTheSourceIsRefused() throws Exception {
    Path file = Files.writeString(temporary.resolve("file"), "x");
    assertThrows(ValidationException.class, () -> Salvage.run(SalvageRequest.of(directory, file)));
    assertEquals("x", Files.readString(file));
    assertThrows(
        ValidationException.class, () -> Salvage.run(SalvageRequest.of(directory, temporary)));
    assertThrows(
        UnavailableException.class,
        () -> Salvage.run(SalvageRequest.of(directory, file.resolve("in a file"))));
    Path _ = Files.createDirectory(target);
    assertTrue(salvage().isWhole());
    try (Store store = Store.open(target)) {
      assertEquals(5, store.now().version());
    }
  }

  @Test
  void progress_isOfFilesReadAndVersionsWritten() {
    List<String> told = new ArrayList<>();
    SalvageReport report =
        Salvage.run(
            SalvageRequest.of(directory, target)
                .withProgress(
                    progress ->
                        told.add(
                            progress.step() + " " + progress.done() + "/" + progress.total())));
    assertTrue(report.isWhole());
    assertTrue(told.getFirst().startsWith("files read 1/"), told::toString);
    assertEquals("versions written 5/5", told.getLast());
  }
}
