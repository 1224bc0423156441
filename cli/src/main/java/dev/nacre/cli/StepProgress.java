package dev.nacre.cli;

import dev.nacre.maintain.Progress;
import java.util.Locale;
import java.util.function.Consumer;

/** Redraws how far a long call is, on a terminal; says nothing elsewhere. Thread-safe. */
final class StepProgress implements Consumer<Progress> {
  private static final long REDRAW_NANOS = 100_000_000;

  private final Terminal terminal;
  private long drawnNanos = System.nanoTime() - REDRAW_NANOS;
  private boolean drawn;

  StepProgress(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public synchronized void accept(Progress progress) {
    long now = System.nanoTime();
    if (!terminal.interactive() || now - drawnNanos < REDRAW_NANOS) {
      return;
    }
    drawnNanos = now;
    drawn = true;
    String done = String.format(Locale.ROOT, "%,d", progress.done());
    terminal.redrawError(
        "  "
            + (progress.total() < 0
                ? done
                : done + String.format(Locale.ROOT, " of %,d", progress.total()))
            + " "
            + progress.step());
  }

  /** Takes the line away. */
  synchronized void end() {
    if (drawn) {
      terminal.redrawError("");
    }
  }
}
