package dev.nacre.store.maintain;

import dev.nacre.store.layout.FileOperations;
import dev.nacre.store.verify.IoFailures;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that appears when it is complete: written under another name, brought to the disk, then
 * renamed. One that is cut short, by a kill or a power cut, never has the name. Stateless.
 */
public final class ExportFile {
  private static final int BUFFER_BYTES = 1 << 16;

  private ExportFile() {}

  /** What writes the file; the stream is flushed and closed by the caller. */
  public interface Content<R> {
    /** Writes everything. */
    R write(OutputStream stream) throws IOException;
  }

  /**
   * Writes a file, over what has its name. When it fails, what had the name is as it was. Behind a
   * link that is the file it leads to; a pipe or a device is written as it is.
   *
   * @throws dev.nacre.error.NacreException of {@code IoFailures} when the file system fails
   */
  public static <R> R write(Path file, Content<R> content) {
    try {
      Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      if (Files.exists(target) && !Files.isRegularFile(target)) {
        try (OutputStream stream =
            new BufferedOutputStream(
                Files.newOutputStream(target, StandardOpenOption.WRITE), BUFFER_BYTES)) {
          return content.write(stream);
        }
      }
      return replace(target, content);
    } catch (IOException e) {
      throw IoFailures.of("the export", file, e);
    }
  }

  private static <R> R replace(Path absolute, Content<R> content) throws IOException {
    Path temporary =
        absolute.resolveSibling(absolute.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      R result;
      try (OutputStream stream =
          new BufferedOutputStream(Files.newOutputStream(temporary), BUFFER_BYTES)) {
        result = content.write(stream);
      }
      FileOperations.REAL.syncFile(temporary);
      FileOperations.REAL.replace(temporary, absolute);
      Path parent = absolute.getParent();
      if (parent != null) {
        FileOperations.REAL.syncDirectory(parent);
      }
      return result;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Writes to a stream that is somebody else's: flushed, not closed. */
  public static <R> R write(OutputStream target, Content<R> content) {
    OutputStream stream = new BufferedOutputStream(target, BUFFER_BYTES);
    try {
      R result = content.write(stream);
      stream.flush();
      return result;
    } catch (IOException e) {
      throw IoFailures.of("the export", Path.of("the stream it goes to"), e);
    }
  }
}
