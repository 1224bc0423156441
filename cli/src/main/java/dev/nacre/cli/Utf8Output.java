package dev.nacre.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/**
 * A stream of UTF-8 that ends in a writer; characters may come in parts. Fails when the writer
 * does: somebody has closed the pipe. For one thread.
 */
final class Utf8Output extends OutputStream {
  private final PrintWriter writer;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final CharBuffer characters = CharBuffer.allocate(1 << 13);
  private ByteBuffer rest = ByteBuffer.allocate(0);

  Utf8Output(PrintWriter writer) {
    this.writer = writer;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(rest.remaining() + length);
    all.put(rest).put(bytes, offset, length).flip();
    while (true) {
      characters.clear();
      var result = decoder.decode(all, characters, false);
      characters.flip();
      writer.append(characters);
      if (result.isError()) {
        result.throwException();
      }
      if (result.isUnderflow()) {
        break;
      }
    }
    rest = all.slice();
    checkWriter();
  }

  @Override
  public void flush() throws IOException {
    writer.flush();
    checkWriter();
  }

  private void checkWriter() throws IOException {
    if (writer.checkError()) {
      throw new IOException("standard output was closed");
    }
  }
}
