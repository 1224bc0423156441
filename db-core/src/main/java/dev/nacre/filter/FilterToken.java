package dev.nacre.filter;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a filter's text.
 *
 * @param kind what it is
 * @param from where it begins, in UTF-16 characters
 * @param to where it ends
 * @param value of a word or name its text, of a literal its value; null for signs
 */
record FilterToken(Kind kind, int from, int to, @Nullable Object value) {
  /** Kinds of pieces. */
  enum Kind {
    /** Letters and digits: a keyword or the name of a field. */
    WORD,
    /** A name in backticks. */
    NAME,
    STRING,
    NUMBER,
    /** {@code =} or {@code ==}. */
    EQ,
    /** {@code !=} or {@code <>}. */
    NE,
    LT,
    LE,
    GT,
    GE,
    OPEN,
    CLOSE,
    COMMA,
    /** Behind the last one. */
    END
  }

  /** Whether it is this keyword, in whatever case. */
  boolean is(String keyword) {
    return kind == Kind.WORD && keyword.equalsIgnoreCase(text());
  }

  /** The text of a word or a name. */
  String text() {
    return (String) literal();
  }

  /** The value of a word, a name or a literal. */
  Object literal() {
    if (value == null) {
      throw new IllegalStateException(kind + " has no value");
    }
    return value;
  }
}
