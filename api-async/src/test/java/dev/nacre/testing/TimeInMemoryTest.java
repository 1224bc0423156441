package dev.nacre.testing;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;

/** The contract of time, in memory. */
class TimeInMemoryTest implements TimeContract {
  @Override
  public Database open(ManualClock clock) {
    return Database.open(DatabaseOptions.inMemoryBuilder().clock(clock).build());
  }
}
