package dev.nacre.testing;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * A real process that runs a main class of the tests and talks in lines: what it prints after
 * {@link #MARK} are messages. For one thread.
 */
public final class ChildJvm implements AutoCloseable {
  /** Begins a message; everything else on standard output is noise. */
  public static final String MARK = "@ ";

  private final Process process;
  private final BufferedReader output;
  private final BufferedWriter input;
  private final Path errors;

  private ChildJvm(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    this.output = process.inputReader(StandardCharsets.UTF_8);
    this.input =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Starts a process.
   *
   * @param main its main class, on the class path of the tests
   * @param work a directory for its native library and its error output
   * @param arguments of the main class
   */
  public static ChildJvm start(Class<?> main, Path work, String... arguments) throws IOException {
    return start(main, work, Map.of(), arguments);
  }

  /**
   * Starts a process whose classes are prepared.
   *
   * @param classes what it loads
   * @param main its main class
   * @param work a directory for its native library and its error output
   */
  public static ChildJvm start(ChildClasses classes, Class<?> main, Path work) throws IOException {
    return start(command(classes, main, work), work, Map.of());
  }

  /**
   * Starts a process with more in its environment.
   *
   * @param main its main class, on the class path of the tests
   * @param work a directory for its native library and its error output
   * @param environment added to that of this process
   * @param arguments of the main class
   */
  public static ChildJvm start(
      Class<?> main, Path work, Map<String, String> environment, String... arguments)
      throws IOException {
    return start(command(ChildClasses.asTheyAre(), main, work, arguments), work, environment);
  }

  private static ChildJvm start(List<String> command, Path work, Map<String, String> environment)
      throws IOException {
    Path errors = Files.createTempFile(work, "child", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    return new ChildJvm(builder.start(), errors);
  }

  static List<String> command(ChildClasses classes, Class<?> main, Path work, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx192m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            // A killed process cannot delete the library it has extracted: all share one.
            "-Djava.library.path=" + nativeLibrary(work).getParent()));
    command.addAll(classes.flags());
    command.addAll(List.of("-cp", classes.classPath(), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static Path nativeLibrary(Path work) throws IOException {
    Path library = work.resolve("native").resolve(System.mapLibraryName("rocksdbjni"));
    if (!Files.exists(library)) {
      var _ = Files.createDirectories(library.getParent());
      String resource = "/" + Environment.getJniLibraryFileName("rocksdb");
      try (InputStream bytes = RocksDB.class.getResourceAsStream(resource)) {
        if (bytes == null) {
          throw new IOException(resource + " is not on the class path");
        }
        var _ = Files.copy(bytes, library);
      }
    }
    return library;
  }

  /** Says something to the parent, in one system call; for the child. */
  public static void say(String message) {
    byte[] line = (MARK + message + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      new FileOutputStream(FileDescriptor.out).write(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next message, without its mark; fails when the process ends before. */
  public String next() {
    String message = nextOrEnd();
    if (message == null) {
      throw new AssertionError("the child ended with " + awaitExit() + ":\n" + errors());
    }
    return message;
  }

  /** The next message, without its mark; null when the process ends before. */
  public @Nullable String nextOrEnd() {
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(MARK)) {
          return line.substring(MARK.length());
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int awaitExit() {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for the child", e);
    }
  }

  /** Whether it has not ended. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for a message that starts with {@code expected}. */
  @CanIgnoreReturnValue
  public String expect(String expected) {
    String message = next();
    if (!message.startsWith(expected)) {
      throw new AssertionError("\"" + message + "\" instead of \"" + expected + "\"\n" + errors());
    }
    return message;
  }

  /** Sends a line. */
  public void send(String line) throws IOException {
    input.write(line);
    input.newLine();
    input.flush();
  }

  /** Lets it run on for a while, less when it ends. */
  public void run(Duration time) throws InterruptedException {
    boolean _ = process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Kills it with SIGKILL and waits until it is gone; fails when it had already ended otherwise.
   */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    int exit = process.waitFor();
    // 137 is SIGKILL's; 0 is a process that has just finished by itself.
    if (exit != 137 && exit != 0) {
      throw new AssertionError("the child ended with " + exit + ":\n" + errors());
    }
  }

  /** Waits until it has ended by itself and fails unless it ended well. */
  public void awaitSuccess(Duration time) throws InterruptedException {
    if (!process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the child did not end within " + time + ":\n" + errors());
    }
    if (process.exitValue() != 0) {
      throw new AssertionError("the child ended with " + process.exitValue() + ":\n" + errors());
    }
  }

  private String errors() {
    try {
      return Files.readString(errors);
    } catch (IOException e) {
      return "its error output cannot be read: " + e;
    }
  }

  /** Ends it, whatever it does, and waits until it is gone. */
  @Override
  public void close() {
    process.destroyForcibly();
    var _ = process.onExit().join();
  }
}
