package dev.nacre.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Damages files. */
public final class Damage {
  private Damage() {}

  /** Flips one bit of the byte at {@code offset}. */
  public static void flip(Path file, long offset) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      if (channel.read(one, offset) != 1) {
        throw new IOException(file + " has no byte " + offset);
      }
      one.put(0, (byte) (one.get(0) ^ 0x10));
      one.rewind();
      if (channel.write(one, offset) != 1) {
        throw new IOException("one byte was not written to " + file);
      }
    }
  }
}
