package dev.nacre.testing;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract of time, on disk. */
class TimeOnDiskTest implements TimeContract {
  @TempDir Path directory;

  @Override
  public Database open(ManualClock clock) {
    return Database.open(DatabaseOptions.builder(directory).clock(clock).build());
  }
}
