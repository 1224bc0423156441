package dev.nacre.bench.data;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where prepared data are kept between runs: the user's cache folder, as each platform has it. */
public final class CacheFolder {
  private CacheFolder() {}

  /** The folder of this user; it may not exist yet. */
  public static Path ofUser() {
    return of(System.getenv(), System.getProperty("os.name"), System.getProperty("user.home"));
  }

  static Path of(Map<String, String> environment, String system, String home) {
    Path base = absolute(environment.get("XDG_CACHE_HOME"));
    if (base == null && system.startsWith("Windows")) {
      base = absolute(environment.get("LOCALAPPDATA"));
    }
    if (base == null) {
      base = Path.of(home, ".cache");
    }
    return base.resolve("nacre").resolve("bench");
  }

  /** The XDG rules say that a relative path is to be ignored. */
  private static @Nullable Path absolute(@Nullable String path) {
    if (path == null || path.isEmpty()) {
      return null;
    }
    Path parsed = Path.of(path);
    return parsed.isAbsolute() ? parsed : null;
  }
}
