package dev.nacre.store.salvage;

import dev.nacre.store.layout.Micros;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Says the time of the commit that is made again. Thread-safe. */
final class CommitClock extends Clock {
  private volatile long micros;

  void set(long value) {
    micros = value;
  }

  @Override
  public Instant instant() {
    return Micros.toInstant(micros);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
