package dev.nacre.cli;

import dev.nacre.model.HistoryEntry;
import dev.nacre.search.Hit;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Shows answers and versions, one line each. */
final class AnswerPrinter {
  private static final int WIDTH = 100;
  private static final int LINES_MAX = 3;

  private final Terminal terminal;
  private final int hitsMax;

  AnswerPrinter(Terminal terminal, int hitsMax) {
    this.terminal = terminal;
    this.hitsMax = hitsMax;
  }

  /** A question and its best hits, those in {@code relevant} marked. */
  void print(String question, Answer answer, Set<String> relevant) {
    terminal.line("");
    terminal.line("  " + terminal.bold(shortened(question, WIDTH - 2)));
    List<Hit> hits = answer.result().hits();
    for (Hit hit : hits.subList(0, Math.min(hitsMax, hits.size()))) {
      String title = tidy(Answer.titleOf(hit.record()));
      terminal.line(
          String.format(
              Locale.ROOT,
              "  %.4f  %-5s v%-4d%s %s",
              hit.score(),
              hit.key(),
              hit.record().version(),
              relevant.contains(hit.key()) ? "*" : " ",
              shortened(title, WIDTH - 24)));
    }
    terminal.line(
        terminal.dim(
            String.format(
                Locale.ROOT,
                "  %.1f ms, version %d, %s over %,d",
                answer.nanos() / 1e6,
                answer.result().readPoint().version(),
                answer.result().exact() ? "exact" : "approximate",
                answer.result().plan().candidates())));
  }

  /** What the text of a hit says of the matter that was corrected. */
  void printFinding(Answer answer, String key) {
    answer.hit(key).ifPresent(hit -> print(key, "v" + hit.record().version(), findingOf(hit)));
  }

  /** A text under its key and a word that tells it from others, in at most three lines. */
  void print(String key, String which, String text) {
    String label = "  " + key + " " + which + ": ";
    String rest = text.strip();
    for (int line = 0; line < LINES_MAX && !rest.isEmpty(); line++) {
      int room = WIDTH - label.length();
      int end = rest.length() <= room ? rest.length() : rest.lastIndexOf(' ', room);
      if (end <= 0 || line == LINES_MAX - 1) {
        end = rest.length();
      }
      terminal.line(
          (line == 0 ? label : " ".repeat(label.length()))
              + shortened(rest.substring(0, end), room));
      rest = rest.substring(end).strip();
    }
  }

  /** A version of a record. */
  void print(HistoryEntry entry) {
    terminal.line(
        String.format(
            Locale.ROOT,
            "  v%-4d %-27s %-7s %s",
            entry.version(),
            entry.committedAt(),
            entry.operation().name().toLowerCase(Locale.ROOT),
            entry
                .state()
                .map(record -> shortened(Correction.findingOf(Answer.textOf(record)), WIDTH - 44))
                .orElse("")));
  }

  private static String findingOf(Hit hit) {
    return Correction.findingOf(Answer.textOf(hit.record()));
  }

  /** The collection ends sentences with a blank before the full stop. */
  static String tidy(String text) {
    return text.strip().replaceAll("\\s*[.?]$", "");
  }

  private static String shortened(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max - 3) + "...";
  }
}
