package dev.nacre.filter;

import dev.nacre.error.ValidationException;
import dev.nacre.filter.FilterToken.Kind;
import java.util.Locale;
import java.util.Set;

/** Cuts the text of a filter into tokens, one at a time. For one thread. */
final class FilterLexer {
  private static final Set<String> KEYWORDS =
      Set.of(
          "and",
          "or",
          "not",
          "in",
          "is",
          "null",
          "true",
          "false",
          "between",
          "contains",
          "starts",
          "exists",
          "timestamp");

  private final String text;
  private int at;

  FilterLexer(String text) {
    this.text = text;
  }

  /** Whether a name needs no backticks. */
  static boolean isPlainName(String name) {
    if (!isNameStart(name.codePointAt(0)) || isKeyword(name)) {
      return false;
    }
    return name.codePoints().allMatch(FilterLexer::isNamePart);
  }

  /** Whether a word means something by itself. */
  static boolean isKeyword(String word) {
    return KEYWORDS.contains(word.toLowerCase(Locale.ROOT));
  }

  private static boolean isNameStart(int c) {
    return Character.isLetter(c) || c == '_' || c == '$';
  }

  private static boolean isNamePart(int c) {
    return isNameStart(c)
        || Character.isDigit(c)
        || Character.getType(c) == Character.NON_SPACING_MARK
        || Character.getType(c) == Character.COMBINING_SPACING_MARK
        || c == '-'
        || c == '.'
        || c == ':';
  }

  /** The next token; at the end the end, again and again. */
  FilterToken next() {
    int last = at;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return new FilterToken(Kind.END, last, last, null);
    }
    int c = text.codePointAt(at);
    if (isNameStart(c)) {
      return word();
    }
    if (isDigit(c) || c == '-' || c == '+' || c == '.') {
      return number();
    }
    return switch (c) {
      case '"', '\'' -> string((char) c);
      case '`' -> name();
      case '(' -> sign(Kind.OPEN, 1);
      case ')' -> sign(Kind.CLOSE, 1);
      case ',' -> sign(Kind.COMMA, 1);
      case '=' -> sign(Kind.EQ, follows('=') ? 2 : 1);
      case '<' -> {
        if (follows('=')) {
          yield sign(Kind.LE, 2);
        }
        yield follows('>') ? sign(Kind.NE, 2) : sign(Kind.LT, 1);
      }
      case '>' -> follows('=') ? sign(Kind.GE, 2) : sign(Kind.GT, 1);
      case '!' -> {
        if (!follows('=')) {
          throw problem(at, "\"!\" means nothing alone; write \"!=\" or \"not\"");
        }
        yield sign(Kind.NE, 2);
      }
      case '&', '|' ->
          throw problem(at, "write \"" + (c == '&' ? "and" : "or") + "\" in place of a sign");
      default ->
          throw problem(
              at,
              (Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE
                      ? "the character U+" + String.format(Locale.ROOT, "%04X", c)
                      : "\"" + Character.toString(c) + "\"")
                  + " means nothing here; field names with such characters are written in"
                  + " backticks, texts in quotes");
    };
  }

  private boolean follows(char c) {
    return at + 1 < text.length() && text.charAt(at + 1) == c;
  }

  private FilterToken sign(Kind kind, int length) {
    at += length;
    return new FilterToken(kind, at - length, at, null);
  }

  private FilterToken word() {
    int from = at;
    while (at < text.length() && isNamePart(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    return new FilterToken(Kind.WORD, from, at, text.substring(from, at));
  }

  private FilterToken number() {
    int from = at;
    if (text.charAt(at) == '-' || text.charAt(at) == '+') {
      at++;
    }
    boolean integer = true;
    boolean wellFormed = digits() > 0;
    if (wellFormed && at < text.length() && text.charAt(at) == '.') {
      at++;
      integer = false;
      wellFormed = digits() > 0;
    }
    if (wellFormed && at < text.length() && (text.charAt(at) | 0x20) == 'e') {
      at++;
      integer = false;
      if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
        at++;
      }
      wellFormed = digits() > 0;
    }
    if (!wellFormed || (at < text.length() && isNamePart(text.codePointAt(at)))) {
      throw problem(from, "this is no number; numbers are written as 12, -0.5 or 6e23");
    }
    String digits = text.substring(from, at);
    Object value;
    // Not a conditional expression, which would make a double of both.
    if (integer) {
      value = whole(digits, from);
    } else {
      value = real(digits, from);
    }
    return new FilterToken(Kind.NUMBER, from, at, value);
  }

  private Long whole(String digits, int from) {
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException e) {
      throw problem(
          from, "this integer is outside 64 bits; as a double it is written with a point");
    }
  }

  private Double real(String digits, int from) {
    double number = Double.parseDouble(digits);
    if (Double.isInfinite(number)) {
      throw problem(from, "this number is beyond the largest double");
    }
    return number;
  }

  private int digits() {
    int from = at;
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    return at - from;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  /** A name in backticks; two of them stand for one. */
  private FilterToken name() {
    int from = at++;
    StringBuilder name = new StringBuilder();
    while (true) {
      int end = text.indexOf('`', at);
      if (end < 0) {
        throw problem(from, "this field name has no backtick at its end");
      }
      name.append(text, at, end);
      at = end + 1;
      if (at == text.length() || text.charAt(at) != '`') {
        return new FilterToken(Kind.NAME, from, at, name.toString());
      }
      name.append('`');
      at++;
    }
  }

  /** A text in quotes; within it, two of them stand for one. */
  private FilterToken string(char quote) {
    int from = at++;
    StringBuilder string = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == quote) {
        if (at == text.length() || text.charAt(at) != quote) {
          return new FilterToken(Kind.STRING, from, at, string.toString());
        }
        at++;
        string.append(quote);
      } else {
        string.append(c == '\\' ? escaped() : c);
      }
    }
    throw problem(from, "this text has no " + quote + " at its end");
  }

  private char escaped() {
    int from = at - 1;
    if (at == text.length()) {
      throw problem(from, "a backslash is the last character; write it as \\\\");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case '\\', '"', '\'', '/', '`' -> c;
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = at < text.length() ? hex(text.charAt(at++)) : -1;
          if (digit < 0) {
            throw problem(from, "\\u takes four hexadecimal digits");
          }
          code = code * 16 + digit;
        }
        yield (char) code;
      }
      default ->
          throw problem(
              from, "this escape means nothing; a backslash in a text is written as \\\\");
    };
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  private ValidationException problem(int place, String what) {
    return FilterProblem.at(text, place, what);
  }

  /** How a token is named in a message. */
  String describe(FilterToken token) {
    if (token.kind() == Kind.END) {
      return "the end";
    }
    String piece = text.substring(token.from(), token.to());
    if (piece.length() > 40) {
      return "a " + token.kind().name().toLowerCase(Locale.ROOT);
    }
    return token.kind() == Kind.STRING ? "the text " + piece : "\"" + piece + "\"";
  }
}
