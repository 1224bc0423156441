package dev.nacre.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What records are exported as and imported from. */
enum RecordFormat {
  /** JSON Lines. */
  jsonl,
  /** An Arrow table: the file format, or the streaming format. */
  arrow;

  /**
   * The one that was asked for; else the one that the name of the file says; else JSON Lines.
   *
   * @param file its name, or null for a stream
   */
  static RecordFormat of(@Nullable RecordFormat asked, @Nullable String file) {
    if (asked != null) {
      return asked;
    }
    String name = file == null ? "" : file.toLowerCase(Locale.ROOT);
    return name.endsWith(".arrow") || name.endsWith(".arrows") || name.endsWith(".feather")
        ? arrow
        : jsonl;
  }
}
