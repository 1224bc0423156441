package dev.nacre.cli;

import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import java.util.Locale;

/** Stored text on a terminal: it may hold anything, control characters too. Stateless. */
final class Printable {
  private static final int PREVIEW_MAX = 100;

  private Printable() {}

  /** The text on one line, control characters as escapes. */
  static String line(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
    return line.toString();
  }

  /** The beginning of a record's value. */
  static String preview(VersionedRecord record) {
    Value value = record.value().orElse(null);
    if (value == null) {
      return "(no value)";
    }
    if (value instanceof Value.Bytes bytes && !bytes.mediaType().startsWith("text/")) {
      return "(" + value.length() + " bytes of " + line(bytes.mediaType()) + ")";
    }
    String text = value.asString();
    String start = text.length() > PREVIEW_MAX ? text.substring(0, PREVIEW_MAX) + "…" : text;
    return line(start.strip());
  }

  /** A size for people. */
  static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double size = bytes;
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    int unit = -1;
    while (size >= 1024 && unit < units.length - 1) {
      size /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", size, units[unit]);
  }
}
