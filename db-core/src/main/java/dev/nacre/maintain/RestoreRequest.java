package dev.nacre.maintain;

import static java.util.Objects.requireNonNull;

import dev.nacre.model.AsOf;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a backup to be restored into a new directory.
 *
 * @param backups the backup directory
 * @param id which backup, or null for the newest
 * @param target the database directory to make; absent or empty
 * @param asOf the moment to go back to: now is all that the backup holds; a version or an instant
 *     leaves the database as it was then, with the history up to then
 * @param progress told of the bytes copied
 */
public record RestoreRequest(
    Path backups, @Nullable String id, Path target, AsOf asOf, Consumer<Progress> progress) {
  /** Refuses null. */
  public RestoreRequest {
    requireNonNull(backups, "backups");
    requireNonNull(target, "target");
    requireNonNull(asOf, "asOf");
    requireNonNull(progress, "progress");
  }

  /** The newest backup, all of it. */
  public static RestoreRequest of(Path backups, Path target) {
    return new RestoreRequest(backups, null, target, AsOf.now(), Progress.IGNORED);
  }

  /** The same of a certain backup. */
  public RestoreRequest withId(String value) {
    return new RestoreRequest(backups, value, target, asOf, progress);
  }

  /** The same as of a moment. */
  public RestoreRequest withAsOf(AsOf value) {
    return new RestoreRequest(backups, id, target, value, progress);
  }

  /** The same with a listener. */
  public RestoreRequest withProgress(Consumer<Progress> value) {
    return new RestoreRequest(backups, id, target, asOf, value);
  }
}
