package dev.nacre.store.layout;

import dev.nacre.error.LockedException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One owner for a directory: the operating system's lock on the file {@code LOCK}, so that it ends
 * with the process however that dies, and a registry of this process, because such a lock does not
 * keep a process from itself.
 *
 * <p>Who it is stands in the file {@code OWNER} beside it, lines of {@code name=value}: on Windows
 * nobody else can read a locked file. It is written after locking and is only read when the lock is
 * taken, so a stale one blocks nobody.
 *
 * <p>One that was left behind tells what became of its owner: the process died, and as long as the
 * system was not started anew since, all that it had written is in the files. The line {@code boot}
 * says so; it is written by {@link #settle}, when nothing of an earlier end is left to be dealt
 * with, together with the newest log file of the store ({@code log}).
 */
public final class OwnerLock {
  static final String LOCK = "LOCK";
  static final String OWNER = "OWNER";

  private static final int OWNER_BYTES_MAX = 4096;
  private static final Set<Object> HELD_HERE = ConcurrentHashMap.newKeySet();

  /** Another one each time the system starts; empty where it has none. */
  private static final String BOOT = boot();

  private static final String BOOT_LINE = "boot=" + BOOT;
  private static final String LOG_NAME = "log=";

  private final FileOperations files;
  private final Path owner;
  private final Object key;
  private final Closeable lock;

  /** What the owner before has left in {@code OWNER}; empty when it closed in order. */
  private final String left;

  private boolean settled;

  private OwnerLock(FileOperations files, Path owner, Object key, Closeable lock, String left) {
    this.files = files;
    this.owner = owner;
    this.key = key;
    this.lock = lock;
    this.left = left;
  }

  /**
   * Takes the lock of a directory that exists.
   *
   * @throws LockedException when it is taken, naming by whom
   */
  public static OwnerLock acquire(Path directory, FileOperations files) throws IOException {
    Path owner = directory.resolve(OWNER);
    Object key = identity(directory);
    if (!HELD_HERE.add(key)) {
      throw locked(directory, owner, files);
    }
    Closeable lock = null;
    boolean acquired = false;
    try {
      lock = files.tryLock(directory.resolve(LOCK));
      if (lock == null) {
        throw locked(directory, owner, files);
      }
      String left = ownerText(owner, files);
      // Until this owner settles, what is known of the end before holds on.
      writeOwner(owner, files, isOfThisBoot(left) ? end(notedLog(left)) : "");
      acquired = true;
      return new OwnerLock(files, owner, key, lock, left);
    } finally {
      if (!acquired) {
        try {
          if (lock != null) {
            lock.close();
          }
        } finally {
          HELD_HERE.remove(key);
        }
      }
    }
  }

  /**
   * Whether the owner before this one has died while the system ran on, so that nothing it had
   * written is lost. Where the system does not tell its boots apart this is never known.
   */
  public boolean followsDeathOnly() {
    return isOfThisBoot(left);
  }

  /** The log file that the owner before this one has noted; empty when that is not known. */
  OptionalLong notedLog() {
    return isOfThisBoot(left) ? notedLog(left) : OptionalLong.empty();
  }

  /** The same of the {@code OWNER} that lies in a directory now. */
  static OptionalLong notedLog(Path directory, FileOperations files) {
    String text = ownerText(directory.resolve(OWNER), files);
    return isOfThisBoot(text) ? notedLog(text) : OptionalLong.empty();
  }

  private static OptionalLong notedLog(String text) {
    return text.lines()
        .filter(line -> line.matches(LOG_NAME + "\\d{1,18}"))
        .mapToLong(line -> Long.parseLong(line.substring(LOG_NAME.length())))
        .findFirst();
  }

  private static boolean isOfThisBoot(String text) {
    return !BOOT.isEmpty() && text.lines().anyMatch(BOOT_LINE::equals);
  }

  /**
   * What an earlier end has left is dealt with: from now on only this owner's end matters.
   *
   * @param newestLog the number of the newest log file, of which there is one from now on
   */
  void settle(OptionalLong newestLog) throws IOException {
    writeOwner(owner, files, end(newestLog));
    settled = true;
  }

  private static String end(OptionalLong newestLog) {
    return (newestLog.isPresent() ? LOG_NAME + newestLog.getAsLong() + "\n" : "")
        + BOOT_LINE
        + "\n";
  }

  /** Gives the lock back. One who has not settled leaves behind what he has found. */
  public void release() throws IOException {
    try {
      if (settled || !isOfThisBoot(left)) {
        files.delete(owner);
      } else {
        replace(owner, files, left);
      }
    } finally {
      try {
        lock.close();
      } finally {
        HELD_HERE.remove(key);
      }
    }
  }

  /**
   * The same for every path that leads to the directory: links and mounts included, where known.
   */
  private static Object identity(Path directory) throws IOException {
    Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    return key != null ? key : directory.toRealPath();
  }

  private static void writeOwner(Path owner, FileOperations files, String more) throws IOException {
    String text =
        "pid="
            + ProcessHandle.current().pid()
            + "\nhost="
            + host()
            + "\nsince="
            + Instant.now()
            + "\nstarted="
            + ProcessHandle.current().info().startInstant().map(Instant::toString).orElse("unknown")
            + "\ncommand="
            + command()
            + "\n"
            + more;
    replace(owner, files, text);
  }

  private static void replace(Path owner, FileOperations files, String text) throws IOException {
    Path temporary = owner.resolveSibling(OWNER + ".tmp");
    files.write(temporary, text.getBytes(StandardCharsets.UTF_8));
    files.replace(temporary, owner);
  }

  private static LockedException locked(Path directory, Path owner, FileOperations files) {
    Map<String, String> details = new HashMap<>();
    details.put("directory", directory.toString());
    for (String line : ownerText(owner, files).lines().toList()) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        details.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    String who =
        details.containsKey("pid")
            ? "process "
                + details.get("pid")
                + " ("
                + details.get("command")
                + ") on host "
                + details.get("host")
                + " since "
                + details.get("since")
            : "another process that has not said yet which";
    boolean here = Long.toString(ProcessHandle.current().pid()).equals(details.get("pid"));
    return new LockedException(
        "the directory "
            + directory
            + " is owned by "
            + who
            + (here ? ", which is this process" : "")
            + "; close it there, or open it read-only",
        details);
  }

  private static String ownerText(Path owner, FileOperations files) {
    try {
      return new String(files.read(owner, OWNER_BYTES_MAX), StandardCharsets.UTF_8);
    } catch (IOException e) {
      // Only decoration of the error that is under way: the owner has not written it yet.
      return "";
    }
  }

  /** The main class and no arguments: those may hold secrets. */
  private static String command() {
    String command = System.getProperty("sun.java.command", "").strip();
    int space = command.indexOf(' ');
    String name = space < 0 ? command : command.substring(0, space);
    return printable(
        name.isEmpty() ? ProcessHandle.current().info().command().orElse("unknown") : name);
  }

  /** The host's name without asking a name server, which may take seconds. */
  static String host() {
    for (String variable : new String[] {"HOSTNAME", "COMPUTERNAME"}) {
      @Nullable String name = System.getenv(variable);
      if (name != null && !name.isBlank()) {
        return printable(name);
      }
    }
    try {
      return printable(Files.readString(Path.of("/etc/hostname")));
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String boot() {
    try {
      return printable(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")));
    } catch (IOException _) {
      // Not Linux.
      return "";
    }
  }

  private static String printable(String text) {
    String line = text.strip().replaceAll("\\p{Cntrl}", "?");
    return line.length() > 200 ? line.substring(0, 200) : line;
  }
}
