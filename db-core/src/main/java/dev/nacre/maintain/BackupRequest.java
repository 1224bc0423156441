package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a backup.
 *
 * @param directory the backup directory: new, empty, or one that holds backups of the same
 *     database; files that an earlier backup there already has are not copied again
 * @param label a note of at most 200 characters, or null
 * @param progress told of the bytes looked at
 */
public record BackupRequest(Path directory, @Nullable String label, Consumer<Progress> progress) {
  /** The longest label, in characters. */
  public static final int LABEL_MAX = 200;

  /** Checks the label. */
  public BackupRequest {
    requireNonNull(directory, "directory");
    requireNonNull(progress, "progress");
    if (label != null
        && (label.length() > LABEL_MAX || label.chars().anyMatch(Character::isISOControl))) {
      throw new ValidationException(
          "the label of a backup has "
              + label.length()
              + " characters; at most "
              + LABEL_MAX
              + ", none of them a control character",
          Map.of("label", label));
    }
  }

  /** A backup into that directory. */
  public static BackupRequest to(Path directory) {
    return new BackupRequest(directory, null, Progress.IGNORED);
  }

  /** The same with a note. */
  public BackupRequest withLabel(String value) {
    return new BackupRequest(directory, value, progress);
  }

  /** The same with a listener. */
  public BackupRequest withProgress(Consumer<Progress> value) {
    return new BackupRequest(directory, label, value);
  }
}
