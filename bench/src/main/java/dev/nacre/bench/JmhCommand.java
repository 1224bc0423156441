package dev.nacre.bench;

import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Runs JMH. */
@Command(
    name = "jmh",
    description =
        "Micro benchmarks. Arguments are JMH's own: a pattern of names, -l to list them, -f 1 -i 3"
            + " for fewer rounds.")
final class JmhCommand implements Callable<Integer> {
  @Parameters(arity = "0..*", paramLabel = "ARGUMENT", description = "Handed to JMH")
  private List<String> arguments = List.of();

  @Override
  public Integer call() throws Exception {
    Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
