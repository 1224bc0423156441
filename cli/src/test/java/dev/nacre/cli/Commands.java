package dev.nacre.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs the command as a user does: in this process, or in one of its own. */
final class Commands {
  private Commands() {}

  /**
   * What a run left.
   *
   * @param code its exit code
   * @param out its standard output
   * @param err its standard error
   */
  record Outcome(int code, String out, String err) {}

  static Outcome run(String... arguments) {
    return runWith("", arguments);
  }

  /** With that on standard input. */
  static Outcome runWith(String input, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal =
        Terminal.plain(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintWriter(out),
            new PrintWriter(err));
    int code = Main.run(terminal, Interruption.none(), arguments);
    return new Outcome(code, out.toString(), err.toString());
  }

  /** A JVM like this one that runs {@code main}. */
  static Process start(Class<?> main, String... arguments) throws IOException {
    return builder(main, arguments).start();
  }

  /** The same, not started yet. */
  static ProcessBuilder builder(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command);
  }
}
