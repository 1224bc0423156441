package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

/**
 * A file of a backup.
 *
 * @param name its path in the database directory, with {@code /}
 * @param bytes its size
 * @param sha256 its SHA-256, 64 hexadecimal digits
 */
public record BackupFile(String name, long bytes, String sha256) {
  /** Refuses null. */
  public BackupFile {
    requireNonNull(name, "name");
    requireNonNull(sha256, "sha256");
  }
}
