package dev.nacre.sql.arrow;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Where Arrow's writer puts its bytes. Closing does not close the stream, which is somebody else's;
 * and what has failed is not ended: the writer writes an end mark when it is closed, after which
 * half an export would look like a whole one. For one thread.
 */
final class ExportChannel implements WritableByteChannel {
  private final OutputStream stream;
  private long bytes;
  private boolean cut;

  ExportChannel(OutputStream stream) {
    this.stream = stream;
  }

  /** How many bytes were written. */
  long bytes() {
    return bytes;
  }

  /** From now on nothing is written. */
  void cut() {
    cut = true;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int length = source.remaining();
    if (!cut) {
      if (source.hasArray()) {
        stream.write(source.array(), source.arrayOffset() + source.position(), length);
      } else {
        byte[] chunk = new byte[Math.min(length, 1 << 16)];
        ByteBuffer rest = source.duplicate();
        while (rest.hasRemaining()) {
          int count = Math.min(rest.remaining(), chunk.length);
          rest.get(chunk, 0, count);
          stream.write(chunk, 0, count);
        }
      }
      bytes += length;
    }
    source.position(source.limit());
    return length;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
