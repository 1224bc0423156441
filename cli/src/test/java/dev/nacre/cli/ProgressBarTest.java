package dev.nacre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How progress shows, on a terminal and in a file. */
class ProgressBarTest {
  private final StringWriter out = new StringWriter();
  private final AtomicLong nanos = new AtomicLong();

  private ProgressBar bar(boolean interactive, int total) {
    PrintWriter writer = new PrintWriter(out);
    return new ProgressBar(
        new Terminal(writer, writer, interactive, false), "documents", total, nanos::get);
  }

  @Test
  void advance_notATerminal_aLineAtEachQuarter() {
    ProgressBar bar = bar(false, 100);
    for (int i = 0; i < 100; i++) {
      nanos.addAndGet(10_000_000);
      bar.advance(1);
    }
    assertEquals(
        """
          25 of 100 documents   25 %  0.3 s  100/s
          50 of 100 documents   50 %  0.5 s  100/s
          75 of 100 documents   75 %  0.8 s  100/s
          100 of 100 documents  100 %  1.0 s  100/s
        """
            .indent(0),
        out.toString().replace("\r\n", "\n"));
  }

  @Test
  void advance_terminal_redrawsOneLineAndEndsIt() {
    ProgressBar bar = bar(true, 10);
    for (int i = 0; i < 10; i++) {
      nanos.addAndGet(100_000_000);
      bar.advance(1);
    }
    String drawn = out.toString();
    assertEquals(10, drawn.chars().filter(c -> c == '\r').count());
    assertEquals(1, drawn.chars().filter(c -> c == '\n').count());
    assertTrue(drawn.contains("[" + "#".repeat(16) + ".".repeat(16) + "] 5 of 10"), drawn);
    assertTrue(drawn.stripTrailing().contains("[" + "#".repeat(32) + "] 10 of 10"), drawn);
  }

  @Test
  void advance_terminalTooOften_redrawsAtMostTwentyTimesASecond() {
    ProgressBar bar = bar(true, 1_000);
    for (int i = 0; i < 1_000; i++) {
      nanos.addAndGet(1_000_000);
      bar.advance(1);
    }
    long drawn = out.toString().chars().filter(c -> c == '\r').count();
    assertTrue(drawn >= 19 && drawn <= 22, "drawn " + drawn + " times");
  }

  @Test
  void styles_onlyWhereAsked() {
    PrintWriter writer = new PrintWriter(out);
    assertFalse(Terminal.plain(writer, writer).bold("x").contains("\u001b"));
    assertTrue(new Terminal(writer, writer, true, true).bold("x").contains("\u001b"));
  }
}
