package dev.nacre.crash;

import dev.nacre.model.Commit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What a child was told of its commits, a line each, written in one system call before it goes on:
 * a kill loses none. Thread-safe.
 */
final class OracleJournal implements AutoCloseable {
  private static final String COMMITTED = "committed";
  private static final String REFUSED = "refused";

  private final FileChannel file;

  OracleJournal(Path path) throws IOException {
    file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /**
   * A line.
   *
   * @param committed whether it was committed, and not refused
   * @param version of the commit, or 0
   * @param committedAt of the commit, or empty
   * @param token what was to be committed
   */
  record Line(boolean committed, long version, String committedAt, String token) {}

  void committed(Commit commit, String token) {
    write(COMMITTED + "\t" + commit.version() + "\t" + commit.committedAt() + "\t" + token);
  }

  void refused(String token) {
    write(REFUSED + "\t0\t\t" + token);
  }

  private void write(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      if (file.write(ByteBuffer.wrap(bytes)) != bytes.length) {
        throw new IOException("a line was written in part");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything that children have written. */
  static List<Line> read(Path path) throws IOException {
    List<Line> lines = new ArrayList<>();
    if (Files.exists(path)) {
      for (String line : Files.readAllLines(path, StandardCharsets.UTF_8)) {
        String[] fields = line.split("\t", -1);
        lines.add(
            new Line(fields[0].equals(COMMITTED), Long.parseLong(fields[1]), fields[2], fields[3]));
      }
    }
    return lines;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
