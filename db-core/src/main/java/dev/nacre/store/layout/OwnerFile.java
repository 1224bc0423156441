package dev.nacre.store.layout;

import dev.nacre.maintain.DirectoryOwner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who owns a directory, by its file {@code OWNER}, without trying the lock: that would take it
 * away, for a moment, from a process that is just opening. An owner that was killed leaves the file
 * behind, so the process it names is looked for: the same number with the same time of starting.
 */
public final class OwnerFile {
  private static final int BYTES_MAX = 4096;

  /** The system's clock ticks, and the time of booting is rounded. */
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(2);

  private OwnerFile() {}

  /**
   * The living owner of a directory. One on another host cannot be looked for and is taken for
   * living.
   */
  public static Optional<DirectoryOwner> living(Path directory) {
    Map<String, String> said = read(directory.resolve(OwnerLock.OWNER));
    String pid = said.getOrDefault("pid", "");
    if (!pid.matches("\\d{1,18}")) {
      return Optional.empty();
    }
    DirectoryOwner owner =
        new DirectoryOwner(
            Long.parseLong(pid),
            said.getOrDefault("host", "unknown"),
            said.getOrDefault("command", "unknown"),
            said.getOrDefault("since", "unknown"));
    return owner.host().equals(OwnerLock.host()) && !isAlive(owner.pid(), said.get("started"))
        ? Optional.empty()
        : Optional.of(owner);
  }

  private static boolean isAlive(long pid, @Nullable String started) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    if (process.isEmpty()) {
      return false;
    }
    Optional<Instant> since = process.get().info().startInstant();
    if (since.isEmpty() || started == null) {
      return true;
    }
    try {
      Duration apart = Duration.between(Instant.parse(started), since.get()).abs();
      return apart.compareTo(STARTED_WITHIN) <= 0;
    } catch (DateTimeException _) {
      // It did not know itself: the number alone has to do.
      return true;
    }
  }

  private static Map<String, String> read(Path file) {
    Map<String, String> lines = new HashMap<>();
    if (!Files.isRegularFile(file)) {
      return lines;
    }
    try {
      String text = new String(FileOperations.REAL.read(file, BYTES_MAX), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        int equals = line.indexOf('=');
        if (equals > 0) {
          lines.put(line.substring(0, equals), line.substring(equals + 1));
        }
      }
    } catch (IOException _) {
      // Gone since it was looked for: its owner has just closed.
      return Map.of();
    }
    return lines;
  }
}
