package dev.nacre.store.rocks;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.UnavailableException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the write-ahead log before RocksDB does and finds acknowledged commits that RocksDB would
 * lose in silence.
 *
 * <p>RocksDB recovers to a point in time: at a bad record it stops, drops what follows and opens
 * cleanly. That is right for a torn tail, which nobody was told is durable, and wrong for a flipped
 * bit in the middle. The difference is in the commit rows: each says up to which version the log
 * was fsynced when it was written ({@code durableUpTo}). So when a row after the damage, in the
 * same or a later file, covers a version that cannot be read before it, acknowledged commits are
 * missing. A gap in the dense versions, or in the sequence numbers from one file to the next,
 * behind which RocksDB would go on, is judged likewise: a log file is missing or was cut short;
 * unless nobody vouches for what it had, which is a power cut that has taken commits that were
 * never forced to the disk.
 *
 * <p>Damage to the very last group cannot be told from a torn tail: nothing after it covers it. Nor
 * can the loss of the newest log file, or of whole groups at its end.
 *
 * <p>A commit row's key is the version (u64, big-endian); its value begins with the commit time
 * (i64, big-endian) and durableUpTo (u64, big-endian). Nothing is written. Stateless; the store
 * must not be open for writing meanwhile.
 */
public final class WriteAheadLogCheck {
  private static final Pattern LOG_FILE = Pattern.compile("(\\d{1,18})\\.log");

  private WriteAheadLogCheck() {}

  /**
   * Checks the log of a store.
   *
   * @param storeDirectory RocksDB's directory; an absent or empty one has an empty log
   * @param commitColumnFamilyId RocksDB's number of the {@code commit} column family
   * @throws CorruptionException when acknowledged commits are missing, naming file, offset and
   *     versions
   * @throws UnavailableException when a file cannot be read
   */
  public static LogCheckResult check(Path storeDirectory, int commitColumnFamilyId) {
    return replay(storeDirectory, commitColumnFamilyId).result();
  }

  /**
   * Where the log begins, when entries are missing between what the manifest had seen and its first
   * one; null when none are.
   *
   * @throws CorruptionException as {@link #check}
   * @throws UnavailableException when a file cannot be read
   */
  public static @Nullable LogGap gapBefore(Path storeDirectory, int commitColumnFamilyId) {
    return replay(storeDirectory, commitColumnFamilyId).gapBefore();
  }

  /**
   * Where the first commit in the log begins, for the case that the one before is nowhere: the gap
   * is in front of it, or of the whole log.
   *
   * @throws CorruptionException as {@link #check}
   * @throws UnavailableException when a file cannot be read
   */
  public static LogGap beginning(Path storeDirectory, int commitColumnFamilyId) {
    return replay(storeDirectory, commitColumnFamilyId).beginning();
  }

  private static LogReplay replay(Path storeDirectory, int commitColumnFamilyId) {
    try {
      ManifestReader.NeededLog needed = ManifestReader.needed(storeDirectory);
      LogReplay replay = new LogReplay(commitColumnFamilyId, needed.newestFirst());
      SortedMap<Long, Path> files = logFiles(storeDirectory);
      for (Map.Entry<Long, Path> file : files.tailMap(needed.oldestNumber()).entrySet()) {
        replay.read(file.getKey(), file.getValue());
      }
      return replay;
    } catch (IOException e) {
      throw new UnavailableException(
          "the write-ahead log in " + storeDirectory + " cannot be read: " + e,
          Map.of("directory", storeDirectory.toString()),
          e);
    } catch (InternalError e) {
      // How the JVM reports that the disk failed under a mapped page.
      throw new UnavailableException(
          "the write-ahead log in " + storeDirectory + " cannot be read: the disk fails",
          Map.of("directory", storeDirectory.toString()),
          e);
    }
  }

  /**
   * The log files behind a gap, newest first: in this order they may be removed, so that there is
   * never a file behind one that is missing.
   */
  public static List<Path> behind(Path storeDirectory, LogGap gap) throws IOException {
    SortedMap<Long, Path> files = logFiles(storeDirectory);
    List<Path> later = new ArrayList<>(files.values());
    return later.subList(later.indexOf(gap.file()) + 1, later.size()).reversed();
  }

  private static SortedMap<Long, Path> logFiles(Path directory) throws IOException {
    SortedMap<Long, Path> files = new TreeMap<>();
    if (!Files.isDirectory(directory)) {
      return files;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*.log")) {
      for (Path entry : entries) {
        Matcher name = LOG_FILE.matcher(entry.getFileName().toString());
        if (name.matches()) {
          files.put(Long.parseLong(name.group(1)), entry);
        }
      }
    }
    return files;
  }
}
