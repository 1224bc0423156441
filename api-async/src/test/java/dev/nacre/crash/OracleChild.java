package dev.nacre.crash;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.ProbedDatabase;
import dev.nacre.store.StorageProbe;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The process that dies. It says {@code ready}, is given an {@link OracleOrder}, says {@code
 * opening} and {@code open}, does everything that a database can do, and says {@code enough} when
 * it has made as many commits as it was told to; then it goes on or, if so ordered, says {@code
 * closing} and closes. Where the order names a step it ends itself there, as if it had been killed.
 */
public final class OracleChild {
  /** What a process that was killed ends with. */
  static final int KILLED = 137;

  private OracleChild() {}

  /** Runs until it is killed. */
  public static void main(String[] arguments) throws Exception {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    ChildJvm.say("ready");
    String line = input.readLine();
    if (line == null) {
      return;
    }
    OracleOrder order = OracleOrder.parse(line);
    List<OracleJournal.Line> before = OracleJournal.read(order.journal());
    ChildJvm.say("opening");
    try (OracleJournal journal = new OracleJournal(order.journal())) {
      try (Database database = open(order.directory(), new Halting(order))) {
        ChildJvm.say("open");
        OracleWork work = new OracleWork(database, order, journal);
        work.retry(before);
        work.start();
        work.awaitEnough();
        ChildJvm.say("enough");
        if (!order.closes()) {
          work.awaitForever();
        }
        work.stop();
        ChildJvm.say("closing");
      }
    } catch (RuntimeException | Error e) {
      failed(e);
    }
    ChildJvm.say("closed");
  }

  /** Whatever fails here is a finding: the process ends in a way that a kill does not. */
  static void failed(Throwable finding) {
    finding.printStackTrace();
    Runtime.getRuntime().halt(3);
  }

  /** Small memory, so that there are flushes, and a sweeper that is always at work. */
  private static Database open(Path directory, StorageProbe probe) {
    DatabaseOptions options =
        DatabaseOptions.builder(directory)
            .graphThreshold(SearchCheck.GRAPH_THRESHOLD)
            .blockCacheBytes(1 << 20)
            .writeBufferBytes(1 << 20)
            .readThreads(2)
            .build();
    return ProbedDatabase.open(
        options,
        (StoreOptions store) ->
            store
                .withSweeping(new Sweeping(Duration.ofMillis(3), Duration.ofMillis(2)))
                .withProbe(probe));
  }

  private static final class Halting implements StorageProbe {
    private final OracleOrder order;
    private final AtomicInteger passed = new AtomicInteger();

    Halting(OracleOrder order) {
      this.order = order;
    }

    @Override
    public void reached(Step step) {
      if (step == order.step() && passed.getAndIncrement() == order.passes()) {
        // Neither hooks nor finally blocks run: what the system was given is all that is left.
        Runtime.getRuntime().halt(KILLED);
      }
    }
  }
}
