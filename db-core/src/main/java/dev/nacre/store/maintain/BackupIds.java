package dev.nacre.store.maintain;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ids of backups: the second they were finished in, the version, and a number when that was not
 * enough, as in {@code 20261121T093000Z-v42} and {@code 20261121T093000Z-v42-2}.
 */
final class BackupIds {
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final Pattern FORM =
      Pattern.compile("(\\d{8}T\\d{6}Z)-v(\\d{1,18})(?:-(\\d{1,9}))?");

  /** By time, then version, then number; what is no id by its text. */
  static final Comparator<String> ORDER =
      Comparator.comparing(BackupIds::second)
          .thenComparingLong(id -> number(id, 2))
          .thenComparingLong(id -> number(id, 3))
          .thenComparing(Comparator.naturalOrder());

  private BackupIds() {}

  /** An id that is not among {@code taken}. */
  static String next(Instant at, long version, Set<String> taken) {
    String id = SECOND.format(at) + "-v" + version;
    if (!taken.contains(id)) {
      return id;
    }
    int number = 2;
    while (taken.contains(id + "-" + number)) {
      number++;
    }
    return id + "-" + number;
  }

  private static String second(String id) {
    Matcher form = FORM.matcher(id);
    return form.matches() ? form.group(1) : id;
  }

  private static long number(String id, int group) {
    Matcher form = FORM.matcher(id);
    if (!form.matches()) {
      return 0;
    }
    String digits = form.group(group);
    return digits == null ? 1 : Long.parseLong(digits);
  }
}
