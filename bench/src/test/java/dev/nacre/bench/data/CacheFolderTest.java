package dev.nacre.bench.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheFolderTest {
  @TempDir private Path home;

  @Test
  void of_nothingSet_isInTheHome() {
    assertEquals(home.resolve(".cache/nacre/bench"), of(Map.of(), "Linux"));
  }

  @Test
  void of_xdgSet_isThere() {
    Path caches = home.resolve("caches");
    assertEquals(
        caches.resolve("nacre/bench"), of(Map.of("XDG_CACHE_HOME", caches.toString()), "Linux"));
  }

  @Test
  void of_xdgRelative_isIgnored() {
    assertEquals(
        home.resolve(".cache/nacre/bench"), of(Map.of("XDG_CACHE_HOME", "caches"), "Linux"));
  }

  @Test
  void of_windows_isTheLocalApplicationData() {
    Path local = home.resolve("local");
    assertEquals(
        local.resolve("nacre/bench"), of(Map.of("LOCALAPPDATA", local.toString()), "Windows 11"));
  }

  private Path of(Map<String, String> environment, String system) {
    return CacheFolder.of(environment, system, home.toString());
  }
}
