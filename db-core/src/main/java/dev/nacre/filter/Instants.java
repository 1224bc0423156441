package dev.nacre.filter;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/**
 * Times in text, as RFC 3339 has them: {@code 2026-01-31T09:30:00.25+01:00}. Written by hand
 * because most texts that a filter meets are none, and an exception for each would be slow.
 */
final class Instants {
  private static final int SHORTEST = "2026-01-31T09:30:00Z".length();
  private static final String OFFSET = "+01:00";
  private static final int DIGITS_MAX = 9;

  private Instants() {}

  /**
   * The instant in a text, or null when it is none: when it has no offset, more than nine digits
   * behind the point, a leap second (which an instant cannot be), or anything else before or
   * behind.
   */
  static @Nullable Instant parse(String text) {
    if (text.length() < SHORTEST || text.charAt(4) != '-' || text.charAt(7) != '-') {
      return null;
    }
    char separator = text.charAt(10);
    int year = number(text, 0, 4);
    int month = number(text, 5, 7);
    int day = number(text, 8, 10);
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    int second = number(text, 17, 19);
    boolean possible =
        (separator == 'T' || separator == 't' || separator == ' ')
            && text.charAt(13) == ':'
            && text.charAt(16) == ':'
            && year >= 0
            && month >= 1
            && month <= 12
            && day >= 1
            && within(hour, 23)
            && within(minute, 59)
            && within(second, 59);
    if (!possible || day > YearMonth.of(year, month).lengthOfMonth()) {
      return null;
    }
    int at = 19;
    int nanos = 0;
    if (text.charAt(at) == '.') {
      int from = ++at;
      while (at < text.length() && isDigit(text.charAt(at))) {
        at++;
      }
      int digits = at - from;
      if (digits == 0 || digits > DIGITS_MAX) {
        return null;
      }
      nanos = number(text, from, at);
      for (int i = digits; i < DIGITS_MAX; i++) {
        nanos *= 10;
      }
    }
    int offset = offsetSeconds(text, at);
    if (offset == Integer.MIN_VALUE) {
      return null;
    }
    long seconds =
        LocalDate.of(year, month, day).toEpochDay() * 86_400L
            + hour * 3_600L
            + minute * 60L
            + second
            - offset;
    return Instant.ofEpochSecond(seconds, nanos);
  }

  /** The offset that is the rest of a text, or the least integer when it is none. */
  private static int offsetSeconds(String text, int at) {
    int left = text.length() - at;
    if (left == 1 && (text.charAt(at) == 'Z' || text.charAt(at) == 'z')) {
      return 0;
    }
    if (left != OFFSET.length() || text.charAt(at + 3) != ':') {
      return Integer.MIN_VALUE;
    }
    char sign = text.charAt(at);
    int hours = number(text, at + 1, at + 3);
    int minutes = number(text, at + 4, at + 6);
    if ((sign != '+' && sign != '-') || !within(hours, 23) || !within(minutes, 59)) {
      return Integer.MIN_VALUE;
    }
    int seconds = hours * 3_600 + minutes * 60;
    return sign == '-' ? -seconds : seconds;
  }

  /** The number of nothing but digits, or −1. */
  private static int number(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      if (!isDigit(text.charAt(i))) {
        return -1;
      }
      number = number * 10 + text.charAt(i) - '0';
    }
    return number;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean within(int number, int most) {
    return number >= 0 && number <= most;
  }
}
