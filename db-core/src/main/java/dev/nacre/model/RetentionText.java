package dev.nacre.model;

import dev.nacre.error.ValidationException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a retention from what people type. Stateless. */
final class RetentionText {
  private static final Pattern LAST = Pattern.compile("last:(\\d{1,9})");
  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,9})\\s*([smhd])");

  private RetentionText() {}

  static Retention parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    if (lower.equals("all")) {
      return Retention.all();
    }
    Matcher last = LAST.matcher(lower);
    if (last.matches()) {
      return Retention.lastVersions(Integer.parseInt(last.group(1)));
    }
    Matcher amount = AMOUNT.matcher(lower);
    if (amount.matches()) {
      long number = Long.parseLong(amount.group(1));
      return Retention.duration(
          switch (amount.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          });
    }
    try {
      return Retention.duration(Duration.parse(lower));
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new ValidationException(
          "\"" + text + "\" is no retention; say all, last:5, or a duration as in 30d or PT12H",
          Map.of("retention", text),
          e);
    }
  }
}
