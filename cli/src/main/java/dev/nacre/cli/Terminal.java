package dev.nacre.cli;

import java.io.BufferedWriter;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes: standard output for its results, standard error for what went wrong.
 * Styles and progress that redraws itself only where a person looks at a terminal, and {@code
 * NO_COLOR} and {@code TERM=dumb} are honoured.
 */
final class Terminal {
  private static final String ESCAPE = "\u001b[";

  private final InputStream in;
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean interactive;
  private final boolean styled;
  private final @Nullable OutputStream bytes;
  private final Supplier<@Nullable IOException> failure;

  Terminal(PrintWriter out, PrintWriter err, boolean interactive, boolean styled) {
    this(InputStream.nullInputStream(), out, err, interactive, styled, null, () -> null);
  }

  private Terminal(
      InputStream in,
      PrintWriter out,
      PrintWriter err,
      boolean interactive,
      boolean styled,
      @Nullable OutputStream bytes,
      Supplier<@Nullable IOException> failure) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.interactive = interactive;
    this.styled = styled;
    this.bytes = bytes;
    this.failure = failure;
  }

  /** That of this process. */
  static Terminal ofProcess() {
    boolean interactive =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()
            && !"dumb".equals(System.getenv("TERM"));
    String noColor = System.getenv("NO_COLOR");
    StandardOutput out = new StandardOutput();
    return new Terminal(
        System.in,
        new PrintWriter(
            new BufferedWriter(new OutputStreamWriter(out, System.out.charset())), true),
        new PrintWriter(System.err, true, System.err.charset()),
        interactive,
        interactive && (noColor == null || noColor.isEmpty()),
        interactive ? null : out,
        out::failure);
  }

  /** Plain text from this stream and to these writers. */
  static Terminal plain(InputStream in, PrintWriter out, PrintWriter err) {
    return new Terminal(in, out, err, false, false, null, () -> null);
  }

  /** Plain text to these writers. */
  static Terminal plain(PrintWriter out, PrintWriter err) {
    return new Terminal(out, err, false, false);
  }

  /** Standard input. */
  InputStream in() {
    return in;
  }

  /** Standard output as a stream of UTF-8. */
  OutputStream outStream() {
    return new Utf8Output(out);
  }

  /** Standard output as bytes of any kind; empty where they would come before a person. */
  Optional<OutputStream> byteStream() {
    out.flush();
    return Optional.ofNullable(bytes);
  }

  /** The same that writes bytes of any kind to {@code stream}. */
  Terminal withBytes(OutputStream stream) {
    return new Terminal(in, out, err, interactive, styled, stream, failure);
  }

  PrintWriter out() {
    return out;
  }

  PrintWriter err() {
    return err;
  }

  /** Whether a line can be drawn again. */
  boolean interactive() {
    return interactive;
  }

  /** Whether {@link #bold} and {@link #dim} do anything. */
  boolean styled() {
    return styled;
  }

  String bold(String text) {
    return styled ? ESCAPE + "1m" + text + ESCAPE + "0m" : text;
  }

  String dim(String text) {
    return styled ? ESCAPE + "2m" + text + ESCAPE + "0m" : text;
  }

  /**
   * A line of results.
   *
   * @throws OutputLostException when it, or one before, could not be written
   */
  void line(String text) {
    out.println(text);
    checkOutput();
  }

  /**
   * Writes what is left.
   *
   * @throws OutputLostException when something could not be written
   */
  void checkOutput() {
    if (out.checkError()) {
      throw new OutputLostException(failure.get());
    }
  }

  /** A line between two blank ones, to find one's way by. */
  void heading(String text) {
    out.println();
    out.println(bold(text));
  }

  /** Replaces the line under the cursor; only where {@link #interactive}. */
  void redraw(String text) {
    out.print("\r" + text + ESCAPE + "K");
    out.flush();
  }

  /** The same on standard error, where results do not go. */
  void redrawError(String text) {
    err.print("\r" + text + ESCAPE + "K");
    err.flush();
  }
}
