package dev.nacre.store.salvage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.Problem;
import dev.nacre.maintain.SalvageReport;
import dev.nacre.maintain.SalvageReport.Loss;
import dev.nacre.maintain.SalvageReport.NamespaceResult;
import dev.nacre.maintain.SalvageReport.Part;
import dev.nacre.maintain.SalvageReport.VersionRange;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.RegistryRows.NamespaceRow;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Losses are counted all, and listed as ranges and up to a bound. */
class SalvageFindingsTest {
  private static final Path SOURCE = Path.of("source");
  private static final Path TARGET = Path.of("target");

  private final SalvageFindings findings = new SalvageFindings();
  private final SalvagedRegistry registry = new SalvagedRegistry();

  private SalvageReport report() {
    return findings.report(SOURCE, TARGET, 10, 10, registry, id -> 100L * id);
  }

  @Test
  void nothingFound_isWhole() {
    SalvageReport report = report();
    assertTrue(report.isWhole());
    assertEquals(List.of(), report.namespaces());
    assertEquals(SOURCE, report.source());
    assertEquals(TARGET, report.target());
  }

  @Test
  void versionsInARow_areOneRangeAndCountedOnce() {
    findings.commitsLost(2, 4);
    findings.commitsLost(3, 3);
    findings.commitsLost(5, 5);
    findings.commitsLost(7, 8);
    findings.commitsLost(8, 9);
    SalvageReport report = report();
    assertEquals(List.of(new VersionRange(2, 5), new VersionRange(7, 9)), report.commitsLost());
    assertEquals(7, report.commitsLostCount());
    assertEquals("[2 to 5, 7 to 9]", report.commitsLost().toString());
    assertEquals("7", new VersionRange(7, 7).toString());
    assertFalse(report.isWhole());
  }

  @Test
  void moreThanTheListHolds_isCounted() {
    int more = SalvageReport.LOSSES_MAX + 5;
    for (int i = 1; i <= more; i++) {
      findings.notWhole(2L * i);
      findings.loss("n", "k" + i, i, Part.VERSION);
    }
    // Behind one that is not listed: the list does not grow by it either.
    findings.notWhole(2L * more + 1);
    SalvageReport report = report();
    assertEquals(SalvageReport.LOSSES_MAX, report.commitsNotWhole().size());
    assertEquals(more + 1, report.commitsNotWholeCount());
    assertEquals(
        new VersionRange(2 * SalvageReport.LOSSES_MAX, 2 * SalvageReport.LOSSES_MAX),
        report.commitsNotWhole().getLast());
    assertEquals(SalvageReport.LOSSES_MAX, report.losses().size());
    assertEquals(new Loss("n", "k1", 1, Part.VERSION), report.losses().getFirst());
    assertFalse(report.isWhole());
  }

  @Test
  void counts_areOfEachNamespaceByName() {
    registry.take(Keys.namespace(2), new NamespaceRow("docs", 1, Long.MAX_VALUE).encode());
    var _ = registry.name(3);
    var _ = registry.name(2);
    findings.saved(2);
    findings.saved(2);
    findings.recordLost(3);
    findings.versionLost(3);
    findings.versionLost(3);
    findings.vectorLost(3);
    assertEquals(
        List.of(
            new NamespaceResult("docs", true, 200, 2, 0, 0, 0),
            new NamespaceResult("salvaged-3", false, 300, 0, 1, 2, 1)),
        report().namespaces());
  }

  @Test
  void file_isAProblemThatABackupMends() {
    findings.file(Problem.Area.STORAGE_FILE, "000007.sst", "it is missing");
    assertEquals(
        List.of(
            new Problem(
                Problem.Area.STORAGE_FILE, "000007.sst", "it is missing", Problem.Remedy.RESTORE)),
        report().files());
    assertFalse(report().isWhole());
  }

  @Test
  void eachKindOfLossAlone_isNotWhole() {
    assertFalse(findings.report(SOURCE, TARGET, 10, 11, registry, id -> 0).isWhole(), "promised");
    for (NamespaceResult result :
        List.of(
            new NamespaceResult("n", false, 1, 1, 0, 0, 0),
            new NamespaceResult("n", true, 1, 1, 1, 0, 0),
            new NamespaceResult("n", true, 1, 1, 0, 1, 0),
            new NamespaceResult("n", true, 1, 1, 0, 0, 1))) {
      assertFalse(of(result).isWhole(), result::toString);
    }
    assertTrue(of(new NamespaceResult("n", true, 1, 1, 0, 0, 0)).isWhole());
  }

  private static SalvageReport of(NamespaceResult result) {
    return new SalvageReport(
        SOURCE, TARGET, 1, 1, List.of(), List.of(result), List.of(), List.of(), 0, List.of(), 0);
  }
}
