package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Asks for what is readable of a damaged database.
 *
 * @param source the damaged directory, which nobody has open; it is not changed
 * @param target the new directory; must be absent or empty, and must not lie in the source
 * @param progress told of the files read and the versions written
 */
public record SalvageRequest(Path source, Path target, Consumer<Progress> progress) {
  /** Refuses null. */
  public SalvageRequest {
    requireNonNull(source, "source");
    requireNonNull(target, "target");
    requireNonNull(progress, "progress");
  }

  /** Asks for one. */
  public static SalvageRequest of(Path source, Path target) {
    return new SalvageRequest(source, target, Progress.IGNORED);
  }

  /** The same with a listener. */
  public SalvageRequest withProgress(Consumer<Progress> value) {
    return new SalvageRequest(source, target, value);
  }
}
