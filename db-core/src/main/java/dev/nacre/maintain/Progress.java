package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import java.util.function.Consumer;

/**
 * How far a long call is. Listeners are called on the thread that does the work and hold it up:
 * they should only take note. What they throw ends the call.
 *
 * @param step what is counted, for example {@code "bytes copied"}
 * @param done how many are done
 * @param total how many there are in all, or -1 when that is not known
 */
public record Progress(String step, long done, long total) {
  /** Nobody listens. */
  public static final Consumer<Progress> IGNORED = progress -> {};

  /** Refuses null. */
  public Progress {
    requireNonNull(step, "step");
  }
}
