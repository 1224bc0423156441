package dev.nacre.store.rocks;

import org.jspecify.annotations.Nullable;

/**
 * What the write-ahead log holds, read before RocksDB opens it.
 *
 * <p>What the log alone cannot tell, the caller checks against the sorted files after a read-only
 * open:
 *
 * <ul>
 *   <li>the last version recovered must be at least {@link #durableUpTo()}, otherwise acknowledged
 *       commits are missing (damage at the very start of the oldest log file looks like this: there
 *       {@link #lastVersion()} is 0 and {@link #damaged()} is true);
 *   <li>when {@link #firstVersion()} is more than 1, the version before it must be in the sorted
 *       files, otherwise the oldest log file is missing.
 * </ul>
 *
 * @param firstVersion the first version that RocksDB will read from the log, 0 when none
 * @param lastVersion the last version that RocksDB will read from the log, 0 when none; every
 *     version from the first on is there
 * @param durableUpTo the highest version that a row anywhere in the log, readable or not, says was
 *     fsynced; 0 when none
 * @param damage where and what the first damage is, empty when there is none; a torn tail is damage
 * @param gap where commits are missing that nobody vouches for while later ones are there, as a
 *     power cut leaves it when nothing was forced to the disk; null when there is none. What is
 *     said above ends there, and so must the log before RocksDB opens it, which would go on behind
 */
public record LogCheckResult(
    long firstVersion, long lastVersion, long durableUpTo, String damage, @Nullable LogGap gap) {
  /** Without a gap. */
  public LogCheckResult(long firstVersion, long lastVersion, long durableUpTo, String damage) {
    this(firstVersion, lastVersion, durableUpTo, damage, null);
  }

  /** Of an empty log. */
  public static final LogCheckResult EMPTY = new LogCheckResult(0, 0, 0, "");

  /** Whether a part of the log cannot be read. */
  public boolean damaged() {
    return !damage.isEmpty();
  }
}
