package dev.nacre.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final StringWriter out = new StringWriter();
  private final Report report = new Report(new PrintWriter(out));

  @Test
  void summary_boundsAtTheirLimits_hold() {
    report.atMost("most", 2, 2);
    report.atLeast("least", .7, .7);

    assertTrue(report.summary());
    assertFalse(out.toString().contains("FAIL"), out::toString);
  }

  @Test
  void summary_oneBeyondItsLimit_doesNotHold() {
    report.atMost("most", 2.001, 2);
    report.atLeast("least", .7, .7);

    assertFalse(report.summary());
    assertEquals(List.of(false, true), report.bounds().stream().map(Report.Bound::holds).toList());
    assertTrue(out.toString().contains("FAIL"), out::toString);
  }

  @Test
  void atLeast_notANumber_doesNotHold() {
    report.atLeast("least", Double.NaN, .7);

    assertFalse(report.summary());
  }
}
