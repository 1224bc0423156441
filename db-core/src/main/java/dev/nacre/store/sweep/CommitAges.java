package dev.nacre.store.sweep;

import dev.nacre.error.CorruptionException;
import dev.nacre.store.commit.Visible;
import dev.nacre.store.layout.CommitRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.rocks.ColumnFamily;
import dev.nacre.store.rocks.RocksEngine;
import java.util.HashMap;
import java.util.Map;

/**
 * Which versions have reached an age. Commit times never go back, so each answer is where the
 * search for the next one begins. For one thread.
 */
final class CommitAges {
  private final RocksEngine engine;
  private final Map<Long, Long> answers = new HashMap<>();
  private final Map<Long, Long> before = new HashMap<>();
  private Visible visible = new Visible(0, 0);
  private long nowMicros;

  CommitAges(RocksEngine engine) {
    this.engine = engine;
  }

  /** Begins a sweep at a moment. */
  void begin(Visible newest, long now) {
    visible = newest;
    nowMicros = now;
    before.putAll(answers);
    answers.clear();
  }

  /** The newest version that was committed at least {@code ageMicros} ago; 0 when there is none. */
  long newest(long ageMicros) {
    return answers.computeIfAbsent(ageMicros, this::find);
  }

  private long find(long ageMicros) {
    long limit = nowMicros - ageMicros;
    if (visible.timeMicros() <= limit) {
      return visible.version();
    }
    // Invariant: low is old enough, high is not.
    long low = Math.min(before.getOrDefault(ageMicros, 0L), visible.version());
    long high = visible.version();
    if (low > 0 && timeMicros(low) > limit) {
      // The wall clock has stepped back.
      low = 0;
    }
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (timeMicros(middle) <= limit) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** When a version was committed. */
  long timeMicros(long version) {
    byte[] row = engine.get(ColumnFamily.COMMIT, Keys.commit(version));
    if (row == null) {
      throw new CorruptionException(
          "commit " + version + " is missing from the log; restore the directory from a backup",
          Map.of("version", Long.toString(version)));
    }
    return CommitRow.timeIn(row);
  }
}
