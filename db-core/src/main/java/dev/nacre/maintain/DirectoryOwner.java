package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

/**
 * The process that has a directory open for writing.
 *
 * @param pid its process id
 * @param host the host that it said it runs on
 * @param command its main class
 * @param since when it opened the directory, as it wrote it
 */
public record DirectoryOwner(long pid, String host, String command, String since) {
  /** Refuses null. */
  public DirectoryOwner {
    requireNonNull(host, "host");
    requireNonNull(command, "command");
    requireNonNull(since, "since");
  }
}
