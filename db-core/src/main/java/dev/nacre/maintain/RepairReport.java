package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a repair has done.
 *
 * @param done what was changed, a sentence each; empty when nothing was
 * @param remaining what a verification afterwards still finds
 */
public record RepairReport(List<String> done, VerifyReport remaining) {
  /** Copies the list. */
  public RepairReport {
    done = List.copyOf(done);
    requireNonNull(remaining, "remaining");
  }
}
