package dev.nacre.store.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.Problem.Area;
import dev.nacre.maintain.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole directories, and reports of more problems than anybody reads. */
class FileTreesTest {
  @TempDir private Path directory;

  @Test
  void absentDirectory_hasNoFilesAndIsDeletedAlready() throws IOException {
    Path absent = directory.resolve("absent");
    assertEquals(List.of(), FileTrees.files(absent));
    FileTrees.delete(absent);
    assertFalse(Files.exists(absent));
  }

  @Test
  void directory_listsItsFilesInOrder_andIsDeletedWithAllThatIsInIt() throws IOException {
    Path root = directory.resolve("root");
    Files.createDirectories(root.resolve("inner"));
    Files.writeString(root.resolve("b"), "b");
    Files.writeString(root.resolve("a"), "a");
    Files.writeString(root.resolve("inner/c"), "c");
    assertEquals(List.of(root.resolve("a"), root.resolve("b")), FileTrees.files(root));
    FileTrees.delete(root.resolve("a"));
    assertFalse(Files.exists(root.resolve("a")));
    FileTrees.delete(root);
    assertFalse(Files.exists(root));
  }

  @Test
  void findings_areCountedBeyondWhatIsListed() {
    Findings findings = new Findings();
    assertTrue(findings.report(directory, 1).isClean());
    for (int i = 0; i < VerifyReport.PROBLEMS_MAX + 5; i++) {
      findings.add(Area.LOG, "place", "what");
    }
    VerifyReport report = findings.report(directory, 1);
    assertFalse(report.isClean());
    assertEquals(VerifyReport.PROBLEMS_MAX, report.problems().size());
    assertEquals(VerifyReport.PROBLEMS_MAX + 5, report.problemsFound());
  }
}
