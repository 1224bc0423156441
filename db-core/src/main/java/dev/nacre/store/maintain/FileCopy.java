package dev.nacre.store.maintain;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Reads and copies files with their SHA-256. Stateless. */
final class FileCopy {
  private static final int BUFFER_BYTES = 1 << 20;

  private FileCopy() {}

  /** What was read: how much, and its SHA-256 in hexadecimal digits. */
  record Summary(long bytes, String sha256) {}

  /** Copies a file to one that is not there, and brings it to the disk. */
  @CanIgnoreReturnValue
  static Summary copy(Path from, Path to) throws IOException {
    try (FileChannel target =
        FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      Summary summary =
          read(
              from,
              0,
              buffer -> {
                while (buffer.hasRemaining()) {
                  int _ = target.write(buffer);
                }
              });
      target.force(true);
      return summary;
    }
  }

  /** Reads a file. */
  static Summary read(Path file) throws IOException {
    return read(file, 0, buffer -> {});
  }

  /** Reads the last {@code bytes} of a file, or all of a shorter one. */
  static Summary readTail(Path file, long bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(file, Math.max(0, channel.size() - bytes), buffer -> {});
    }
  }

  private interface Sink {
    void accept(ByteBuffer buffer) throws IOException;
  }

  private static Summary read(Path file, long from, Sink sink) throws IOException {
    MessageDigest digest = sha256();
    long total = 0;
    try (FileChannel source = FileChannel.open(file, StandardOpenOption.READ)) {
      source.position(from);
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      while (source.read(buffer) >= 0) {
        buffer.flip();
        total += buffer.remaining();
        digest.update(buffer.duplicate());
        sink.accept(buffer);
        buffer.clear();
      }
    }
    return new Summary(total, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
