package dev.nacre.store.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.DirectoryOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether the process that a file OWNER names is still there. */
class OwnerFileTest {
  private static final ProcessHandle SELF = ProcessHandle.current();

  @TempDir private Path directory;

  private Optional<DirectoryOwner> living(String text) throws IOException {
    Files.writeString(directory.resolve("OWNER"), text);
    return OwnerFile.living(directory);
  }

  private static String here(long pid) {
    return "pid=" + pid + "\nhost=" + OwnerLock.host() + "\ncommand=nacre\nsince=then\n";
  }

  @Test
  void noFile_orOneWithoutAProcess_namesNobody() throws IOException {
    assertTrue(OwnerFile.living(directory).isEmpty());
    assertTrue(living("").isEmpty());
    assertTrue(living("pid\n=\npid=\n").isEmpty());
    assertTrue(living("pid=many\n").isEmpty());
    assertTrue(living("pid=" + "9".repeat(19) + "\n").isEmpty());
    assertTrue(living("pid=1\n" + "x".repeat(5_000)).isEmpty());
  }

  @Test
  void processOfThatNumber_isTheOwnerWhenItBeganThen() throws IOException {
    assertEquals(
        Optional.of(new DirectoryOwner(SELF.pid(), OwnerLock.host(), "nacre", "then")),
        living(here(SELF.pid())));
    Instant began = SELF.info().startInstant().orElseThrow();
    assertTrue(living(here(SELF.pid()) + "started=" + began + "\n").isPresent());
    assertTrue(living(here(SELF.pid()) + "started=" + began.minusSeconds(1) + "\n").isPresent());
    // The number was given to another one since.
    assertTrue(living(here(SELF.pid()) + "started=" + began.minusSeconds(9) + "\n").isEmpty());
    assertTrue(living(here(SELF.pid()) + "started=" + began.plusSeconds(9) + "\n").isEmpty());
    assertTrue(living(here(SELF.pid()) + "started=unknown\n").isPresent());
  }

  @Test
  void processThatIsGone_ownsNothing_unlessItIsOnAnotherHost() throws IOException {
    long none = 999_999_999L;
    assertTrue(living(here(none)).isEmpty());
    DirectoryOwner other = living("pid=" + none + "\n").orElseThrow();
    assertEquals(new DirectoryOwner(none, "unknown", "unknown", "unknown"), other);
  }
}
