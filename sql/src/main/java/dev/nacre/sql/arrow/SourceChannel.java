package dev.nacre.sql.arrow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/**
 * Where Arrow's reader gets a stream from. It keeps apart what the source fails with from what is
 * wrong with the bytes; it knows whether they ended with the mark that ends a stream, because the
 * reader takes a stream that was cut off between two batches for a whole one; and it refuses a
 * length that nobody has written before the reader allocates so much. For one thread.
 */
final class SourceChannel implements ReadableByteChannel {
  private static final int CONTINUATION = -1;

  /** The most that the description of a schema or batch may take. */
  private static final int DESCRIPTION_BYTES_MAX = 64 << 20;

  private static final byte[] END = {-1, -1, -1, -1, 0, 0, 0, 0};

  private final ReadableByteChannel source;
  private final byte[] last = new byte[END.length];

  SourceChannel(ReadableByteChannel source) {
    this.source = source;
  }

  /** The source has failed, whatever its bytes were. */
  static final class SourceFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient IOException failure;

    SourceFailure(IOException failure) {
      super(failure);
      this.failure = failure;
    }

    IOException failure() {
      return failure;
    }
  }

  /** Whether the last bytes read are the mark that ends a stream. */
  boolean atEnd() {
    return Arrays.equals(last, END);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    int from = target.position();
    try {
      while (target.hasRemaining() && source.read(target) >= 0) {}
    } catch (IOException e) {
      throw new SourceFailure(e);
    }
    int read = target.position() - from;
    if (read == 0) {
      return -1;
    }
    ByteBuffer bytes = target.duplicate().position(from).limit(from + read);
    remember(bytes.duplicate());
    if (read == Integer.BYTES && !target.hasRemaining()) {
      checkLength(bytes.order(ByteOrder.LITTLE_ENDIAN).getInt());
    }
    return read;
  }

  /** Only the prefix of a message is read in pieces of four bytes: everything else has eights. */
  private static void checkLength(int length) throws IOException {
    if (length != CONTINUATION && (length < 0 || length > DESCRIPTION_BYTES_MAX)) {
      throw new IOException("a message says that it is described by " + length + " bytes");
    }
  }

  private void remember(ByteBuffer bytes) {
    int count = Math.min(bytes.remaining(), last.length);
    System.arraycopy(last, count, last, 0, last.length - count);
    bytes.position(bytes.limit() - count);
    bytes.get(last, last.length - count, count);
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
