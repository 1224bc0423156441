package dev.nacre.store.rocks;

import dev.nacre.error.CorruptionException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows the log files in order as RocksDB's point-in-time recovery would, keeps the versions it
 * would read, and judges the rows it would not.
 *
 * <p>RocksDB stops at the first damage it notices. It goes on only with a later file whose first
 * batch has exactly the next sequence number: then nothing lies between, the damage is the torn
 * tail of an earlier crash.
 */
final class LogReplay implements LogFileReader.Visitor {
  private static final long UNKNOWN = -1;

  private final WriteBatchReader batches;
  private Path file = Path.of("");

  /** Pairs of version and durableUpTo of the batch at hand. */
  private long[] rows = new long[64];

  private int rowCount;

  private long firstVersion;
  private long lastVersion;
  private long durableUpTo;
  private long nextSequence = UNKNOWN;
  private boolean stopped;
  private boolean fileBegun;

  /** The first damage of all. */
  private @Nullable Place damage;

  /** The damage that replay last stopped at or passed over. */
  private @Nullable Place latest;

  private @Nullable Loss loss;

  /** Where the last record ends that RocksDB will read. */
  private LogGap end = new LogGap(Path.of(""), 0);

  /** Where the first record with a commit row begins. */
  private LogGap beginning = new LogGap(Path.of(""), 0);

  private @Nullable LogGap gap;

  /** The last version in the gap, when the entries behind it tell. */
  private long gapTo;

  /** The highest sequence number that the log can begin with. */
  private final long newestFirst;

  private @Nullable LogGap gapBefore;

  /** Where something is wrong. */
  private record Place(Path file, long offset, String what) {
    @Override
    public String toString() {
      return file.getFileName() + " at byte " + offset + ": " + what;
    }
  }

  /** Versions that are missing for sure. */
  private record Loss(Place place, long from, long to) {}

  /**
   * A replay of nothing yet.
   *
   * @param newestFirst the highest sequence number that the log can begin with, or -1
   */
  LogReplay(int commitColumnFamily, long newestFirst) {
    batches = new WriteBatchReader(commitColumnFamily);
    this.newestFirst = newestFirst;
  }

  void read(long number, Path path) throws IOException {
    file = path;
    fileBegun = false;
    try (LogBytes bytes = new LogBytes(path)) {
      new LogFileReader(path.toString(), number, bytes, this).read();
    }
  }

  @Override
  public void damage(long offset, String what, boolean noticed) {
    Place place = new Place(file, offset, what);
    if (damage == null) {
      damage = place;
    }
    if (!stopped) {
      latest = place;
    }
    if (noticed) {
      stopped = true;
      fileBegun = true;
    }
  }

  @Override
  public void record(long offset, LogRecord record, boolean readable) {
    if (record.length() < WriteBatchReader.HEADER) {
      if (readable) {
        damage(offset, "record of " + record.length() + " bytes", true);
      }
      return;
    }
    rowCount = 0;
    try {
      batches.read(record, this::keepRow);
    } catch (MalformedRecordException e) {
      if (readable) {
        throw malformed(offset, e);
      }
      // Found by search after damage: the bytes only looked like a record.
      return;
    }
    boolean first = !fileBegun;
    if (readable && stopped && gap == null && first && batches.sequence() == nextSequence) {
      stopped = false;
      latest = null;
    }
    fileBegun = true;
    boolean recovered = readable && !stopped;
    if (recovered && (isBehindGap() || (first && isBehindMissingEntries()))) {
      stopAtGap(offset);
      recovered = false;
    }
    if (recovered
        && nextSequence == UNKNOWN
        && newestFirst != UNKNOWN
        && batches.sequence() > newestFirst) {
      gapBefore = new LogGap(file, offset);
    }
    if (recovered) {
      nextSequence = batches.nextSequence();
      end = new LogGap(file, record.end());
    }
    if (recovered && firstVersion == 0 && rowCount > 0) {
      beginning = new LogGap(file, offset);
    }
    for (int i = 0; i < rowCount; i += 2) {
      if (recovered) {
        follow(rows[i]);
      }
      durableUpTo = Math.max(durableUpTo, rows[i + 1]);
      if (!recovered) {
        judge(rows[i + 1]);
      }
    }
  }

  private void keepRow(long version, long durable) {
    if (rowCount == rows.length) {
      rows = Arrays.copyOf(rows, rowCount * 2);
    }
    rows[rowCount++] = version;
    rows[rowCount++] = durable;
  }

  /** Versions are dense, so a step of more than one is a gap. */
  private boolean isBehindGap() {
    return firstVersion != 0 && rowCount > 0 && rows[0] > lastVersion + 1;
  }

  /**
   * Entries that carry no version are missed by their numbers: of two files that were not forced to
   * the disk, the earlier has arrived without its end.
   */
  private boolean isBehindMissingEntries() {
    return nextSequence != UNKNOWN && batches.sequence() > nextSequence;
  }

  /**
   * RocksDB would go on, with a hole. What lies behind has been lost with what is missing, unless
   * some row vouches for that: then it is damage.
   */
  private void stopAtGap(long offset) {
    if (latest == null) {
      latest = new Place(file, offset, "log before this record is missing");
    }
    gap = end;
    gapTo = rowCount > 0 && rows[0] > lastVersion + 1 ? rows[0] - 1 : UNKNOWN;
    stopped = true;
  }

  /** A row that RocksDB will read. */
  private void follow(long version) {
    if (firstVersion == 0) {
      firstVersion = version;
      lastVersion = version;
      return;
    }
    lastVersion = Math.max(lastVersion, version);
  }

  /** A row that RocksDB will drop: does it cover a version that is dropped too? */
  private void judge(long durable) {
    Place place = latest;
    if (lastVersion == 0 || durable <= lastVersion || place == null) {
      return;
    }
    long to = gap == null || gapTo == UNKNOWN ? durable : gapTo;
    if (loss == null) {
      loss = new Loss(place, lastVersion + 1, to);
    } else if (to > loss.to()) {
      loss = new Loss(loss.place(), loss.from(), to);
    }
  }

  /** Where entries are missing in front of the whole log; null when none are. */
  @Nullable LogGap gapBefore() {
    return gapBefore;
  }

  LogGap beginning() {
    return gapBefore == null ? beginning : gapBefore;
  }

  LogCheckResult result() {
    Loss lost = loss;
    if (lost != null) {
      throw missing(lost);
    }
    Place damaged = damage;
    return new LogCheckResult(
        firstVersion, lastVersion, durableUpTo, damaged == null ? "" : damaged.toString(), gap);
  }

  private CorruptionException missing(Loss lost) {
    String versions =
        lost.from() == lost.to()
            ? "commit " + lost.from() + " is"
            : "commits " + lost.from() + " to " + lost.to() + " are";
    return new CorruptionException(
        "the write-ahead log is damaged ("
            + lost.place()
            + "): "
            + versions
            + " missing or unreadable and later ones are there. Nothing was changed."
            + " Restore the directory from a backup, or keep a copy of it before anything else is"
            + " tried",
        Map.of(
            "file",
            lost.place().file().toString(),
            "offset",
            Long.toString(lost.place().offset()),
            "fromVersion",
            Long.toString(lost.from()),
            "toVersion",
            Long.toString(lost.to()),
            "lastReadableVersion",
            Long.toString(lost.from() - 1),
            "durableUpTo",
            Long.toString(durableUpTo)));
  }

  private CorruptionException malformed(long offset, MalformedRecordException cause) {
    return new CorruptionException(
        "the write-ahead log file "
            + file
            + " has a record at byte "
            + offset
            + " whose checksum is right and whose content is not: "
            + cause.getMessage()
            + ". Nothing was changed. Restore the directory from a backup",
        Map.of("file", file.toString(), "offset", Long.toString(offset)),
        cause);
  }
}
