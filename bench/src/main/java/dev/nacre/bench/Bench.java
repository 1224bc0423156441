package dev.nacre.bench;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** The driver: measures the product beside raw RocksDB and raw Lucene. */
@Command(
    name = "bench/run",
    description = "Measures Nacre beside raw RocksDB and raw Lucene, in one process.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      AllCommand.class,
      PrepareCommand.class,
      PutCommand.class,
      GetCommand.class,
      AsOfCommand.class,
      AsOfSearchCommand.class,
      ScanCommand.class,
      SizeCommand.class,
      NamespacesCommand.class,
      TxCommand.class,
      WatchCommand.class,
      LoadCommand.class,
      SearchCommand.class,
      PeersCommand.class,
      SimilarityCommand.class,
      JmhCommand.class
    })
final class Bench {
  private Bench() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
    PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
    System.exit(run(out, err, arguments));
  }

  /** Runs a command and answers its exit code: 1 when a bound that is enforced does not hold. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine command =
        new CommandLine(new Bench())
            .setOut(out)
            .setErr(err)
            .setUsageHelpAutoWidth(true)
            .setCaseInsensitiveEnumValuesAllowed(true);
    // JMH's options are not ours.
    CommandLine _ =
        Objects.requireNonNull(command.getSubcommands().get("jmh"))
            .setUnmatchedOptionsArePositionalParams(true);
    return command.execute(arguments);
  }
}
