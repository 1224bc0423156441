package dev.nacre.store.commit;

import dev.nacre.error.ValidationException;
import dev.nacre.model.Write;
import dev.nacre.model.Write.Expiry;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.layout.RecordRow;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** When a record expires, given what its write says. */
final class ExpiryTimes {
  private ExpiryTimes() {}

  /** Refuses an expiry that cannot be kept. */
  static void check(Write.Upsert upsert) {
    switch (upsert.expiry()) {
      case Expiry.At at -> {
        long _ = Micros.checked(at.instant(), "expiry");
      }
      case Expiry.After after -> {
        Duration duration = after.duration();
        if (duration.isNegative() || duration.isZero() || duration.compareTo(Micros.LONGEST) > 0) {
          throw new ValidationException(
              "the expiry of \""
                  + upsert.key()
                  + "\" is "
                  + duration
                  + " after its commit; it must be more than zero and at most "
                  + Micros.LONGEST.toDays()
                  + " days",
              Map.of("key", upsert.key()));
        }
      }
      case Expiry.Unchanged _ -> {}
      case Expiry.Never _ -> {}
    }
  }

  /** The expiry in microseconds, or {@link RecordRow#NEVER}. */
  static long resolve(
      Write.Upsert upsert,
      long timeMicros,
      @Nullable RecordRow previous,
      @Nullable Duration timeToLive) {
    return switch (upsert.expiry()) {
      case Expiry.Never never -> RecordRow.NEVER;
      case Expiry.At at -> Micros.of(at.instant());
      case Expiry.After after -> timeMicros + Micros.of(after.duration());
      case Expiry.Unchanged unchanged -> {
        if (upsert.value() != null && timeToLive != null) {
          yield timeMicros + Micros.of(timeToLive);
        }
        yield previous == null ? RecordRow.NEVER : previous.expiresAtMicros();
      }
    };
  }
}
