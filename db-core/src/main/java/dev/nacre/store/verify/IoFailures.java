package dev.nacre.store.verify;

import dev.nacre.error.NacreException;
import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.store.layout.FileErrors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Says what a failure of the file system means to the caller. */
public final class IoFailures {
  private IoFailures() {}

  /**
   * The failure to throw.
   *
   * @param what what was being done, as the subject of "failed"
   * @param place the file or directory
   */
  public static NacreException of(String what, Path place, IOException cause) {
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (message.contains("no space left") || message.contains("quota exceeded")) {
      return new ResourceExhaustedException(
          what + " failed: the disk of " + place + " is full; free space and begin again",
          Map.of("reason", "diskFull", "path", place.toString()),
          cause);
    }
    return new UnavailableException(
        what + " failed at " + place + ": " + FileErrors.text(cause),
        Map.of("path", place.toString()),
        cause);
  }
}
