package dev.nacre.store.layout;

import dev.nacre.error.CorruptionException;
import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.FormatException;
import dev.nacre.error.LockedException;
import dev.nacre.error.UnavailableException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A directory of Nacre on disk.
 *
 * <pre>
 * FORMAT      format version and database id; written once, in one step
 * store/      RocksDB, the truth
 * index/      views, derived: may be deleted while nobody has the directory open
 * snapshots/  Arrow files
 * LOCK        locked by the owner; OWNER says who that is
 * CLEAN       the last close was in order; taken away by the next open
 * </pre>
 *
 * <p>{@code FORMAT} comes first: when it is there, the rest may be made anew. A kill at any moment
 * leaves a directory that opens. Thread-safe.
 */
public final class StoreDirectory implements AutoCloseable {
  static final String FORMAT = "FORMAT";
  static final String CLEAN = "CLEAN";
  static final String STORE = "store";
  static final String INDEX = "index";
  static final String SNAPSHOTS = "snapshots";

  private static final int NAMES_MAX = 100;
  private static final String LOG_SUFFIX = ".log";

  /** What may lie in a directory in which nothing of Nacre has been finished. */
  private static final Set<String> BEFORE_FORMAT =
      Set.of("FORMAT.tmp", OwnerLock.LOCK, OwnerLock.OWNER, "OWNER.tmp", "lost+found", ".DS_Store");

  private static final Set<String> AFTER_FORMAT =
      Set.of(CLEAN, "CLEAN.tmp", STORE, INDEX, SNAPSHOTS);

  private final Path path;
  private final UUID databaseId;
  private final FileOperations files;
  private final boolean readOnly;
  private @Nullable OwnerLock lock;
  private boolean closed;

  private StoreDirectory(
      Path path, UUID databaseId, FileOperations files, @Nullable OwnerLock lock) {
    this.path = path;
    this.databaseId = databaseId;
    this.files = files;
    this.lock = lock;
    this.readOnly = lock == null;
  }

  /**
   * Opens a directory. Unless {@code readOnly}, one that is absent or empty is made into a Nacre
   * directory, and this process becomes its owner until {@link #close} or its death.
   *
   * @param readOnly takes no lock and writes nothing; the directory must be there
   * @throws FormatException when the path is a file, a directory of something else or of a newer
   *     format; nothing was written
   * @throws CorruptionException when {@code FORMAT} is damaged or missing; nothing was written
   * @throws LockedException when another process, or another handle of this one, owns it
   * @throws UnavailableException when the file system refuses
   */
  public static StoreDirectory open(Path path, boolean readOnly) {
    return open(path, readOnly, FileOperations.REAL);
  }

  /** As {@link #open(Path, boolean)}, through the given file system. */
  public static StoreDirectory open(Path path, boolean readOnly, FileOperations files) {
    Path directory = path.toAbsolutePath().normalize();
    try {
      UUID existing = existing(directory, files);
      if (readOnly) {
        if (existing == null) {
          throw new FormatException(
              "there is no Nacre directory at " + directory + ", and opening read-only makes none",
              Map.of("directory", directory.toString()));
        }
        return new StoreDirectory(directory, existing, files, null);
      }
      return own(directory, files);
    } catch (IOException e) {
      throw refused(directory, "be opened", e);
    }
  }

  /** Whether a directory says of itself that it is a database; it may be damaged. */
  public static boolean isDatabase(Path directory) {
    return Files.isRegularFile(directory.resolve(FORMAT));
  }

  private static StoreDirectory own(Path directory, FileOperations files) throws IOException {
    createDirectory(directory, files);
    OwnerLock lock = OwnerLock.acquire(directory, files);
    boolean opened = false;
    try {
      // Looked at again under the lock: another process may have made it meanwhile.
      UUID databaseId = existing(directory, files);
      if (databaseId == null) {
        FormatFile format = new FormatFile(UUID.randomUUID());
        files.replaceDurably(directory.resolve(FORMAT), format.encode());
        databaseId = format.databaseId();
      }
      createParts(directory, files);
      opened = true;
      return new StoreDirectory(directory, databaseId, files, lock);
    } finally {
      if (!opened) {
        lock.release();
      }
    }
  }

  /** The database id of the directory, or null when one may be made here. Writes nothing. */
  private static @Nullable UUID existing(Path directory, FileOperations files) throws IOException {
    for (@Nullable Path at = directory; at != null; at = at.getParent()) {
      if (Files.exists(at)) {
        checkIsDirectory(at, directory);
        break;
      }
    }
    List<String> names = files.list(directory, NAMES_MAX);
    Path format = directory.resolve(FORMAT);
    // Not from the names: they are cut off in a foreign directory of many files.
    if (Files.isRegularFile(format)) {
      checkParts(directory);
      return FormatFile.parse(format, files.read(format, FormatFile.BYTES_MAX)).databaseId();
    }
    List<String> others =
        names.stream().filter(name -> !BEFORE_FORMAT.contains(name)).sorted().toList();
    if (others.isEmpty()) {
      return null;
    }
    String found = String.join(", ", others.subList(0, Math.min(5, others.size())));
    Map<String, String> details = Map.of("directory", directory.toString(), "found", found);
    if (others.contains(STORE) && AFTER_FORMAT.containsAll(others)) {
      throw new CorruptionException(
          "the file "
              + format
              + " is missing, though the directory holds "
              + found
              + "; nothing was changed. Restore it from a backup",
          details);
    }
    throw new FormatException(
        "the directory "
            + directory
            + " is not empty and not Nacre's: it holds "
            + found
            + (others.size() > 5 ? " and more" : "")
            + "; nothing was changed. Name an empty or new directory",
        details);
  }

  private static void checkIsDirectory(Path present, Path directory) {
    if (!Files.isDirectory(present)) {
      throw new FormatException(
          present
              + " is a file; a Nacre database is a directory"
              + (present.equals(directory) ? "" : ", and " + directory + " cannot be below a file"),
          Map.of("directory", directory.toString()));
    }
  }

  /** A part that is a file where a directory belongs, or the reverse, was put there by others. */
  private static void checkParts(Path directory) {
    for (String part : List.of(STORE, INDEX, SNAPSHOTS)) {
      checkKind(directory, part, !Files.isRegularFile(directory.resolve(part)), "directory");
    }
    for (String part : List.of(OwnerLock.LOCK, OwnerLock.OWNER)) {
      checkKind(directory, part, !Files.isDirectory(directory.resolve(part)), "file");
    }
  }

  private static void checkKind(Path directory, String part, boolean right, String kind) {
    if (!right) {
      throw new CorruptionException(
          directory.resolve(part)
              + " is no "
              + kind
              + ", as it must be; nothing was changed. "
              + (part.equals(STORE)
                  ? "Restore the directory from a backup"
                  : "Move it away: it is made anew"),
          Map.of("directory", directory.toString(), "part", part));
    }
  }

  /** Makes the directory and its parents, and brings each new name to the disk. */
  private static void createDirectory(Path directory, FileOperations files) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (@Nullable Path at = directory; at != null && !Files.exists(at); at = at.getParent()) {
      missing.push(at);
    }
    if (missing.isEmpty()) {
      return;
    }
    files.createDirectories(directory);
    for (Path made : missing) {
      Path parent = made.getParent();
      if (parent != null) {
        files.syncDirectory(parent);
      }
    }
  }

  private static void createParts(Path directory, FileOperations files) throws IOException {
    boolean made = false;
    for (String part : List.of(STORE, INDEX, SNAPSHOTS)) {
      if (!Files.isDirectory(directory.resolve(part))) {
        files.createDirectories(directory.resolve(part));
        made = true;
      }
    }
    if (made) {
      files.syncDirectory(directory);
    }
  }

  /** The directory itself, absolute. */
  public Path path() {
    return path;
  }

  /** RocksDB's directory. */
  public Path store() {
    return path.resolve(STORE);
  }

  /** The directory of the views; in a directory opened read-only it may be absent. */
  public Path index() {
    return path.resolve(INDEX);
  }

  /** The directory of Arrow snapshots; in a directory opened read-only it may be absent. */
  public Path snapshots() {
    return path.resolve(SNAPSHOTS);
  }

  /** The id that the database was given when it was made; a copy of the directory keeps it. */
  public UUID databaseId() {
    return databaseId;
  }

  /**
   * Marks a directory that was just made of files that are all on stable storage, and that nobody
   * has opened yet, as closed in order at {@code version}.
   */
  public static void markClean(Path directory, long version) throws IOException {
    FileOperations.REAL.replaceDurably(directory.resolve(CLEAN), CleanMarker.encode(version));
  }

  /**
   * Says durably that the store was closed in order at this version. To be called last, after
   * RocksDB is closed.
   *
   * @throws UnavailableException when it cannot be written: the next open then takes the close for
   *     unclean, which costs it only time
   */
  public synchronized void markClean(long version) {
    ensureOwner();
    try {
      files.replaceDurably(path.resolve(CLEAN), CleanMarker.encode(version));
    } catch (IOException e) {
      throw refused(path, "be marked as closed in order", e);
    }
  }

  /**
   * The version of the last close when that was in order. A marker that is damaged counts as none,
   * because a close that was not clean is always allowed for.
   */
  public synchronized OptionalLong cleanMarker() {
    if (closed) {
      throw closedAlready();
    }
    Path marker = path.resolve(CLEAN);
    if (!Files.exists(marker)) {
      return OptionalLong.empty();
    }
    try {
      return CleanMarker.parse(files.read(marker, CleanMarker.BYTES_MAX));
    } catch (IOException _) {
      // Unreadable is damaged; whether the disk works at all is seen when it is taken.
      return OptionalLong.empty();
    }
  }

  /**
   * The same, and forgets it: once this returns, a crash leaves no marker behind. In a directory
   * opened read-only it is only read.
   */
  public synchronized OptionalLong takeCleanMarker() {
    OptionalLong version = cleanMarker();
    Path marker = path.resolve(CLEAN);
    try {
      if (!readOnly && Files.exists(marker)) {
        files.delete(marker);
        files.syncDirectory(path);
      }
      return version;
    } catch (IOException e) {
      throw refused(path, "be opened for writing", e);
    }
  }

  /**
   * Whether the last owner's end may have taken what was not forced to the disk: unless it closed
   * in order ({@link #cleanMarker}), or died while the system ran on. For the owner.
   */
  public synchronized boolean mayHaveLostPower() {
    ensureOwner();
    return lock == null || !lock.followsDeathOnly();
  }

  /**
   * What the last owner's end has left is dealt with, durably.
   *
   * @throws UnavailableException when that cannot be written
   */
  public synchronized void settle() {
    ensureOwner();
    try {
      if (lock != null) {
        lock.settle(newestLog(logs()));
      }
    } catch (IOException e) {
      throw refused(path, "be opened for writing", e);
    }
  }

  private List<Path> logs() throws IOException {
    List<Path> logs = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(store(), "*" + LOG_SUFFIX)) {
      found.forEach(logs::add);
    }
    return logs;
  }

  /** The number of the newest log file among files; empty when there is none. */
  public static OptionalLong newestLog(List<Path> files) {
    return files.stream()
        .map(file -> String.valueOf(file.getFileName()))
        .filter(name -> name.matches("\\d{1,18}\\" + LOG_SUFFIX))
        .mapToLong(name -> Long.parseLong(name.substring(0, name.length() - LOG_SUFFIX.length())))
        .max();
  }

  /**
   * The newest log file when the last owner had opened the store, or a later one, must be there
   * unless it closed in order; empty when that is not known.
   */
  public synchronized OptionalLong notedLog() {
    if (closed) {
      throw closedAlready();
    }
    return lock == null ? OwnerLock.notedLog(path, files) : lock.notedLog();
  }

  /** Gives the directory up. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    OwnerLock held = lock;
    lock = null;
    if (held != null) {
      try {
        held.release();
      } catch (IOException e) {
        throw refused(path, "be given up", e);
      }
    }
  }

  private void ensureOwner() {
    if (closed) {
      throw closedAlready();
    }
    if (readOnly) {
      throw new UnavailableException(
          "the directory " + path + " was opened read-only; nothing was written",
          Map.of("directory", path.toString()));
    }
  }

  private DatabaseClosedException closedAlready() {
    return new DatabaseClosedException(
        "the directory " + path + " was closed", Map.of("directory", path.toString()));
  }

  private static UnavailableException refused(Path directory, String what, IOException cause) {
    return new UnavailableException(
        "the directory "
            + directory
            + " cannot "
            + what
            + ": "
            + FileErrors.text(cause)
            + "; check that it may be read and written and that the disk is not full",
        Map.of("directory", directory.toString()),
        cause);
  }
}
