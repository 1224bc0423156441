package dev.nacre.filter;

import dev.nacre.error.ValidationException;
import java.util.Map;

/** Says what is wrong with the text of a filter, and where. */
final class FilterProblem {
  /** Code points shown before and behind the place. */
  private static final int SHOWN = 40;

  private FilterProblem() {}

  /**
   * A refusal that names line and column (counted in code points from 1) and shows the place.
   *
   * @param at the place, in UTF-16 characters
   */
  static ValidationException at(String text, int at, String what) {
    int lineFrom = text.lastIndexOf('\n', at - 1) + 1;
    int lineEnd = text.indexOf('\n', at);
    if (lineEnd < 0) {
      lineEnd = text.length();
    }
    int line = 1 + (int) text.substring(0, lineFrom).chars().filter(c -> c == '\n').count();
    int column = 1 + text.codePointCount(lineFrom, at);
    int from = moved(text, at, -SHOWN, lineFrom);
    int to = moved(text, at, SHOWN, lineEnd);
    String before = (from > lineFrom ? "…" : "") + text.substring(from, at);
    String behind = text.substring(at, to) + (to < lineEnd ? "…" : "");
    return new ValidationException(
        "the filter cannot be read at line "
            + line
            + ", column "
            + column
            + ": "
            + shown(what)
            + "\n  "
            + shown(before + behind)
            + "\n  "
            + " ".repeat(before.codePointCount(0, before.length()))
            + "^",
        Map.of("line", Integer.toString(line), "column", Integer.toString(column)));
  }

  /** A place some code points further, not past a bound. */
  private static int moved(String text, int from, int codePoints, int bound) {
    int at = from;
    for (int i = Math.abs(codePoints); i > 0 && at != bound; i--) {
      at = text.offsetByCodePoints(at, codePoints < 0 ? -1 : 1);
    }
    return at;
  }

  /** What would move the caret, or break the line, is shown as a space. */
  private static String shown(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
