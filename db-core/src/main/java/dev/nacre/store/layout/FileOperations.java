package dev.nacre.store.layout;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What the directory asks of the file system, so narrow that a test can make each call fail.
 * Implementations may be used by several threads.
 */
public interface FileOperations {
  /** The file system as it is. */
  FileOperations REAL = new Real();

  /** The names in a directory, at most {@code limit}; nothing when it is absent. */
  List<String> list(Path directory, int limit) throws IOException;

  /** Creates a directory and those above it; one that is there is fine. */
  void createDirectories(Path directory) throws IOException;

  /** The bytes of a file of at most {@code limit} bytes. */
  byte[] read(Path file, int limit) throws IOException;

  /** Writes a file, over what is there; nothing says that it has reached the disk. */
  void write(Path file, byte[] bytes) throws IOException;

  /** Brings a file's bytes to the disk. */
  void syncFile(Path file) throws IOException;

  /** Brings a directory's names to the disk, where the platform can. */
  void syncDirectory(Path directory) throws IOException;

  /** Gives a file another name in one step, over what has that name. */
  void replace(Path from, Path to) throws IOException;

  /** Removes a file; one that is absent is fine. */
  void delete(Path file) throws IOException;

  /**
   * Takes the exclusive lock on a file, creating it; null when another process has it. The lock
   * ends when the result is closed or the process dies.
   */
  @Nullable Closeable tryLock(Path file) throws IOException;

  /** Writes bytes so that after a crash the file is the old one or the new one, never a part. */
  default void replaceDurably(Path file, byte[] bytes) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    write(temporary, bytes);
    syncFile(temporary);
    replace(temporary, file);
    Path parent = file.getParent();
    if (parent != null) {
      syncDirectory(parent);
    }
  }

  /** Through {@link Files}. */
  final class Real implements FileOperations {
    private static final boolean WINDOWS =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

    private static final Queue<FileChannel> KEPT_OPEN = new ConcurrentLinkedQueue<>();

    private Real() {}

    @Override
    public List<String> list(Path directory, int limit) throws IOException {
      List<String> names = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          if (names.size() == limit) {
            break;
          }
          names.add(String.valueOf(entry.getFileName()));
        }
      } catch (NoSuchFileException e) {
        return List.of();
      }
      return names;
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
      Files.createDirectories(directory);
    }

    @Override
    public byte[] read(Path file, int limit) throws IOException {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        if (channel.size() > limit) {
          throw new IOException(file + " has " + channel.size() + " bytes, expected " + limit);
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) channel.size());
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
        byte[] bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
        return bytes;
      }
    }

    @Override
    public void write(Path file, byte[] bytes) throws IOException {
      Files.write(file, bytes);
    }

    @Override
    public void syncFile(Path file) throws IOException {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
      if (WINDOWS) {
        // A directory cannot be opened there; NTFS journals its names itself.
        return;
      }
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }

    @Override
    public void replace(Path from, Path to) throws IOException {
      try {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        throw new IOException("the file system of " + to + " cannot rename in one step", e);
      }
    }

    @Override
    public void delete(Path file) throws IOException {
      Files.deleteIfExists(file);
    }

    @Override
    public @Nullable Closeable tryLock(Path file) throws IOException {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        FileLock lock = channel.tryLock();
        if (lock == null) {
          channel.close();
          return null;
        }
        // Closing the channel releases the lock.
        return channel;
      } catch (OverlappingFileLockException e) {
        // Another class loader of this process has it. Closing any channel of the file would
        // release the lock on POSIX systems, so this one stays open for good.
        KEPT_OPEN.add(channel);
        return null;
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    }
  }
}
