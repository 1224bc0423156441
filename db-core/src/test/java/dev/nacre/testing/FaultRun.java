package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.faults.Shim;
import dev.nacre.faults.Shim.Fault;
import dev.nacre.faults.Shim.Kind;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.store.Store;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has a child live lives in which one call fails, and compares what is left with what it was told.
 * For one thread.
 */
final class FaultRun implements AutoCloseable {
  /** Lives at a time: most of them wait, for RocksDB to look whether there is room again. */
  private static final int AT_ONCE = 8;

  private final Path work;
  private final Path kept;
  private final ChildJvm child;
  private final Map<String, Integer> outcomes = new HashMap<>();
  private int lives;
  private int met;

  /**
   * One life.
   *
   * @param kind which calls, or null for a life without a fault
   * @param at which of them, from 1
   * @param fault what becomes of it
   */
  record Plan(@Nullable Kind kind, long at, Fault fault) {
    static final Plan CLEAN = new Plan(null, 0, Fault.SHORT);

    @Override
    public String toString() {
      return kind == null ? "no fault" : fault + " at " + kind + " " + at;
    }
  }

  FaultRun(Path work, Path kept) throws IOException {
    this.work = work;
    this.kept = kept;
    Path library = Shim.build(work);
    this.child = ChildJvm.start(FaultChild.class, work, Shim.environment(library));
    child.expect("ready");
  }

  /** How many calls of each kind there are when none fails. */
  Map<Kind, Long> count() throws IOException {
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    live(
        List.of(Plan.CLEAN),
        said -> {
          int field = 2;
          for (Kind kind : Kind.values()) {
            counts.put(kind, Long.parseLong(said[field++]));
          }
        });
    return counts;
  }

  /** Lives them all and checks each. */
  void live(Collection<Plan> plans) throws IOException {
    live(plans, _ -> {});
  }

  private interface Counts {
    void said(String[] message);
  }

  private void live(Collection<Plan> plans, Counts counts) throws IOException {
    Queue<Plan> waiting = new ArrayDeque<>(plans);
    Map<String, Plan> living = new HashMap<>();
    List<AssertionError> failures = new ArrayList<>();
    while (!waiting.isEmpty() || !living.isEmpty()) {
      while (!waiting.isEmpty() && living.size() < AT_ONCE) {
        Plan plan = waiting.remove();
        String name = "f" + lives++;
        living.put(name, plan);
        Path root = Files.createDirectory(work.resolve(name));
        Kind kind = plan.kind;
        child.send(
            String.join(
                "\t",
                name,
                root.toString(),
                kind == null ? "" : kind.name(),
                Long.toString(plan.at),
                plan.fault.name()));
      }
      String[] said = child.next().split("\t", -1);
      Plan plan = living.remove(said[1]);
      if (plan == null) {
        throw new IllegalStateException("nobody of that name lives: " + said[1]);
      }
      Path root = work.resolve(said[1]);
      Path told = work.resolve(said[1] + ".told");
      try {
        assertEquals("lived", said[0], () -> read(told));
        counts.said(said);
        met += Long.parseLong(said[said.length - 1]) > 0 ? 1 : 0;
        check(root.resolve("db"), Files.readAllLines(told));
      } catch (AssertionError | RuntimeException e) {
        Path keptHere = kept.resolve(plan.toString().replace(' ', '-'));
        var _ = Files.createDirectories(kept);
        TestDirectories.deleteIfThere(keptHere);
        TestDirectories.copy(root, keptHere);
        failures.add(new AssertionError(plan + ", kept in " + keptHere + "\n" + read(told), e));
      }
      TestDirectories.delete(root);
      Files.deleteIfExists(told);
    }
    if (!failures.isEmpty()) {
      AssertionError all = new AssertionError(failures.size() + " lives failed");
      failures.forEach(all::addSuppressed);
      throw all;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return String.valueOf(e);
    }
  }

  /** Without faults everything that was acknowledged is there, and nothing that was refused. */
  private void check(Path directory, List<String> told) {
    OracleModel left = new OracleModel();
    try (Store store = Store.open(ImageChild.options(directory))) {
      left.follow(store);
      left.compareVersions(store, 0, left.version());
    }
    Set<String> possible = new HashSet<>();
    Set<String> refused = new HashSet<>();
    for (String line : told) {
      String[] outcome = line.split("\t", -1);
      var _ = outcomes.merge(outcome[0], 1, Integer::sum);
      switch (outcome[0]) {
        case "acknowledged" -> {
          long version = Long.parseLong(outcome[1]);
          assertTrue(version <= left.version(), () -> "lost: " + line);
          assertEquals(outcome[2], left.token(version), line);
          possible.add(outcome[2]);
        }
        case "unknown" -> possible.add(outcome[2]);
        case "none" -> refused.add(outcome[2]);
        case "read", "stuck" -> assertTrue(Long.parseLong(outcome[1]) > 0, line);
        default -> throw new AssertionError("an error that says no outcome: " + line);
      }
    }
    for (long version = 1; version <= left.version(); version++) {
      String token = left.token(version);
      assertFalse(refused.contains(token), () -> "refused, and there: " + token);
      assertTrue(possible.contains(token), () -> "nobody has written " + token);
    }
    VerifyReport report = StoreVerification.run(directory, ViewCheck.NONE);
    assertTrue(report.isClean(), () -> report.problems().toString());
  }

  /** Lives in which the fault was met. */
  int met() {
    return met;
  }

  /** What commits came to. */
  Map<String, Integer> outcomes() {
    return outcomes;
  }

  @Override
  public void close() {
    child.close();
  }
}
