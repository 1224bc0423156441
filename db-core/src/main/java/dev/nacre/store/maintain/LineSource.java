package dev.nacre.store.maintain;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a stream as bytes, without their line feed, each bounded. For one thread. */
final class LineSource {
  /** The longest line: the largest value in base64, with room for the rest. */
  static final int LINE_BYTES_MAX = 160 << 20;

  private final InputStream stream;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private long number;

  LineSource(InputStream stream) {
    this.stream = stream;
  }

  /** The number of the last line that was answered, from 1. */
  long number() {
    return number;
  }

  /** The next line, or null at the end. */
  byte @Nullable [] next() throws IOException {
    ByteArrayOutputStream line = null;
    while (true) {
      if (position == limit) {
        limit = stream.read(buffer);
        position = 0;
        if (limit < 0) {
          limit = 0;
          if (line == null) {
            return null;
          }
          number++;
          return line.toByteArray();
        }
      }
      if (line == null) {
        line = new ByteArrayOutputStream(1 << 10);
      }
      int at = position;
      while (at < limit && buffer[at] != '\n') {
        at++;
      }
      line.write(buffer, position, at - position);
      if (line.size() > LINE_BYTES_MAX) {
        number++;
        throw new LineTooLongException();
      }
      if (at < limit) {
        position = at + 1;
        number++;
        return line.toByteArray();
      }
      position = limit;
    }
  }

  /** A line of more than {@link #LINE_BYTES_MAX} bytes. */
  static final class LineTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    LineTooLongException() {
      super("a line of more than " + LINE_BYTES_MAX + " bytes");
    }
  }
}
