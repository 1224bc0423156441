package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * What a verification has found.
 *
 * @param directory what was looked at
 * @param version the newest version found, or -1 when the store cannot be opened
 * @param files how many files were read to their end
 * @param rows how many rows were read and compared
 * @param problems what was found, in the order of looking; at most {@link #PROBLEMS_MAX}
 * @param problemsFound how many there were in all
 */
public record VerifyReport(
    Path directory,
    long version,
    long files,
    long rows,
    List<Problem> problems,
    long problemsFound) {
  /** The most problems that are listed. */
  public static final int PROBLEMS_MAX = 10_000;

  /** Copies the list. */
  public VerifyReport {
    requireNonNull(directory, "directory");
    problems = List.copyOf(problems);
  }

  /** Whether nothing is wrong. */
  public boolean isClean() {
    return problemsFound == 0;
  }
}
