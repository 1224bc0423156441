package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A path into a JSON document, as {@link DeclaredField} describes it.
 *
 * @param steps from the root
 */
record JsonPath(List<Step> steps) {
  /** One step down. */
  sealed interface Step {
    /** To the member of an object. */
    record Member(String name) implements Step {
      public Member {
        requireNonNull(name, "name");
      }
    }

    /** To an element of a list, from 0. */
    record Element(int index) implements Step {}

    /** To every element of a list. */
    enum Every implements Step {
      /** The only instance. */
      EVERY
    }
  }

  JsonPath {
    steps = List.copyOf(steps);
  }

  /** Reads the path of a field. */
  static JsonPath parse(String field, String path) {
    return new Parser(field, path).parse();
  }

  private static final class Parser {
    private static final int INDEX_DIGITS_MAX = 9;

    private final String field;
    private final String path;
    private int at;

    Parser(String field, String path) {
      this.field = field;
      this.path = path;
    }

    JsonPath parse() {
      if (!path.startsWith("$")) {
        throw refused("\"$\"");
      }
      at = 1;
      List<Step> steps = new ArrayList<>();
      while (at < path.length()) {
        switch (path.charAt(at)) {
          case '.' -> {
            at++;
            steps.add(new Step.Member(word()));
          }
          case '[' -> {
            at++;
            steps.add(inBrackets());
            if (!isAt(']')) {
              throw refused("\"]\"");
            }
            at++;
          }
          default -> throw refused("\".\", \"[\" or the end");
        }
      }
      return new JsonPath(steps);
    }

    private String word() {
      int from = at;
      while (at < path.length() && isWordPart(path.codePointAt(at))) {
        at += Character.charCount(path.codePointAt(at));
      }
      if (from == at) {
        throw refused("the name of a member (with other characters as [\"a name\"])");
      }
      return path.substring(from, at);
    }

    private static boolean isWordPart(int c) {
      return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '$';
    }

    private Step inBrackets() {
      if (isAt('*')) {
        at++;
        return Step.Every.EVERY;
      }
      if (isAt('"') || isAt('\'')) {
        return new Step.Member(quoted(path.charAt(at++)));
      }
      int from = at;
      while (at < path.length() && path.charAt(at) >= '0' && path.charAt(at) <= '9') {
        at++;
      }
      if (from == at || at - from > INDEX_DIGITS_MAX) {
        at = from;
        throw refused("\"*\", a number from 0 on or a name in quotes");
      }
      return new Step.Element(Integer.parseInt(path.substring(from, at)));
    }

    private String quoted(char quote) {
      StringBuilder name = new StringBuilder();
      while (at < path.length()) {
        char c = path.charAt(at++);
        if (c == quote) {
          return name.toString();
        }
        if (c == '\\' && at < path.length()) {
          c = path.charAt(at++);
          if (c != '\\' && c != '"' && c != '\'') {
            at--;
            throw refused("a backslash or a quote behind the backslash");
          }
        }
        name.append(c);
      }
      throw refused(String.valueOf(quote));
    }

    private boolean isAt(char c) {
      return at < path.length() && path.charAt(at) == c;
    }

    private ValidationException refused(String expected) {
      return new ValidationException(
          "the path \""
              + path
              + "\" of field \""
              + field
              + "\" cannot be read at character "
              + (at + 1)
              + ": expected "
              + expected
              + (at == path.length() ? ", found the end" : ""),
          Map.of("field", field, "path", path, "character", Integer.toString(at + 1)));
    }
  }
}
