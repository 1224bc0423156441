package dev.nacre.crash;

import dev.nacre.search.SearchPlan;
import dev.nacre.store.StorageProbe.Step;
import dev.nacre.testing.ChildClasses;
import dev.nacre.testing.ChildJvm;
import dev.nacre.testing.TestDirectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Has processes die on one directory after another, at random and at every step, and checks what
 * they leave. The next child is started while the one before lives, because starting takes longer
 * than living. For one thread.
 */
final class OracleRun implements AutoCloseable {
  private static final int COMMITS_MAX = 40;

  private final Path work;
  private final Path kept;
  private final ChildClasses classes;
  private final Tally tally = new Tally();
  private @Nullable ChildJvm spare;

  /** What happened. For one thread. */
  static final class Tally {
    final Map<Step, Integer> steps = new EnumMap<>(Step.class);
    final Map<SearchPlan.Tier, Integer> searches = new EnumMap<>(SearchPlan.Tier.class);
    int killed;
    int interruptedPurges;
    int backups;
    long acknowledged;

    int deaths() {
      return killed + steps.values().stream().mapToInt(Integer::intValue).sum();
    }

    void add(Tally other) {
      other.steps.forEach((step, count) -> steps.merge(step, count, Integer::sum));
      other.searches.forEach((tier, count) -> searches.merge(tier, count, Integer::sum));
      killed += other.killed;
      interruptedPurges += other.interruptedPurges;
      backups += other.backups;
      acknowledged += other.acknowledged;
    }

    @Override
    public String toString() {
      return deaths()
          + " deaths ("
          + killed
          + " at random, at steps "
          + steps
          + "), "
          + acknowledged
          + " acknowledgements, "
          + interruptedPurges
          + " interrupted purges, "
          + backups
          + " backups, searches "
          + searches;
    }
  }

  /**
   * A run.
   *
   * @param work an empty directory, best in memory
   * @param kept where a directory is kept that fails
   * @param classes what the children load
   */
  OracleRun(Path work, Path kept, ChildClasses classes) {
    this.classes = classes;
    this.work = work;
    this.kept = kept;
  }

  Tally tally() {
    return tally;
  }

  /** Prepares what the children load, by a life in full. */
  static ChildClasses prepare(Path work) throws IOException, InterruptedException {
    OracleOrder life = new OracleOrder(work.resolve("prepared"), "prepared", 1, null, 0, 200, true);
    return ChildClasses.prepare(OracleChild.class, work, life.line() + "\n");
  }

  /**
   * Deaths on one directory, each at a step, or at random where there is none. What is done there
   * follows from a seed, as far as threads and time allow.
   */
  void directory(long seed, List<Optional<Step>> deaths) throws Exception {
    Random random = new Random(seed);
    String name = "s" + Long.toHexString(seed);
    Path directory = work.resolve(name);
    OracleCheck check = null;
    OracleOrder order = null;
    boolean opened = false;
    try {
      for (int i = 0; i < deaths.size(); i++) {
        order = order(directory, name + "-" + i, deaths.get(i).orElse(null), random);
        if (check == null) {
          check = new OracleCheck(order, seed);
        }
        opened |= live(order, random);
        Path untouched = work.resolve(name + "-untouched");
        TestDirectories.deleteIfThere(untouched);
        if (Files.exists(directory)) {
          TestDirectories.copy(directory, untouched);
          check.check(opened, i + 1 == deaths.size());
        }
      }
    } catch (Exception | AssertionError e) {
      throw new AssertionError(keep(name, order), e);
    }
    if (check != null) {
      tally.acknowledged += check.acknowledged();
      tally.interruptedPurges += check.interruptedPurges();
      tally.backups += check.backups();
      check.searches().forEach((tier, count) -> tally.searches.merge(tier, count, Integer::sum));
    }
    forget(name);
  }

  private static OracleOrder order(
      Path directory, String life, @Nullable Step step, Random random) {
    boolean closes = step == null ? random.nextInt(4) == 0 : step.name().startsWith("CLOSING_");
    int passes =
        step == null || closes || step.name().startsWith("OPENING_") ? 0 : passes(step, random);
    return new OracleOrder(
        directory,
        life,
        random.nextLong(),
        step,
        passes,
        closes ? 1 + random.nextInt(20) : commits(step),
        closes);
  }

  /** A graph is written when there are enough vectors. */
  private static int commits(@Nullable Step step) {
    return step != null && step.name().startsWith("INDEX_") ? 2 * COMMITS_MAX : COMMITS_MAX;
  }

  /** What happens with every commit may happen some times before. */
  private static int passes(Step step, Random random) {
    return switch (step) {
      case GROUP_BUILT, GROUP_WRITTEN, GROUP_PUBLISHED, GROUP_ACKNOWLEDGED -> random.nextInt(30);
      case MAINTENANCE_BUILT, MAINTENANCE_WRITTEN, ROWS_DROPPED, FLOOR_RAISED -> random.nextInt(6);
      default -> 0;
    };
  }

  /** Whether the directory was opened, as far as was seen. */
  private boolean live(OracleOrder order, Random random) throws Exception {
    int opening = order.step() == null && random.nextInt(5) == 0 ? 1 + random.nextInt(60) : 0;
    int commits = random.nextInt(COMMITS_MAX);
    boolean ended = false;
    boolean opened = false;
    try (ChildJvm child = ready()) {
      spare = ChildJvm.start(classes, OracleChild.class, work);
      child.send(order.line());
      child.expect("opening");
      if (opening > 0) {
        child.run(upTo(opening, random));
      } else if (order.step() == null && !order.closes()) {
        child.expect("open");
        opened = true;
        awaitCommits(child, order, commits);
        child.run(upTo(3, random));
      } else {
        // Until it has ended itself, or has done enough without coming there.
        String last = order.step() == null || !order.closes() ? "enough" : "closed";
        String said = child.nextOrEnd();
        while (said != null && !said.equals(last)) {
          opened = true;
          said = child.nextOrEnd();
        }
        ended = said == null;
        if (!ended && order.closes()) {
          child.run(upTo(40, random));
        }
      }
      child.kill();
    }
    if (ended && order.step() != null) {
      var _ = tally.steps.merge(order.step(), 1, Integer::sum);
    } else {
      tally.killed++;
    }
    return opened;
  }

  private static void awaitCommits(ChildJvm child, OracleOrder order, int more) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    int before = OracleJournal.read(order.journal()).size();
    while (child.isAlive() && OracleJournal.read(order.journal()).size() < before + more) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("the child has not made " + more + " commits in time");
      }
      child.run(Duration.ofMillis(2));
    }
  }

  private ChildJvm ready() throws IOException {
    ChildJvm child = spare == null ? ChildJvm.start(classes, OracleChild.class, work) : spare;
    spare = null;
    child.expect("ready");
    return child;
  }

  private static Duration upTo(int millis, Random random) {
    return Duration.ofNanos(random.nextLong(1_000_000L * millis));
  }

  private List<Path> files(String name) {
    return List.of(
        work.resolve(name),
        work.resolve(name + "-untouched"),
        work.resolve(name + "-journal"),
        work.resolve(name + "-backups"),
        work.resolve(name + "-restored"));
  }

  private void forget(String name) throws IOException {
    for (Path file : files(name)) {
      if (Files.isDirectory(file)) {
        TestDirectories.delete(file);
      } else {
        boolean _ = Files.deleteIfExists(file);
      }
    }
  }

  private String keep(String name, @Nullable OracleOrder order) throws IOException {
    Path target = kept.resolve(name);
    TestDirectories.deleteIfThere(target);
    Path _ = Files.createDirectories(target);
    for (Path file : files(name)) {
      if (Files.isDirectory(file)) {
        TestDirectories.copy(file, target.resolve(String.valueOf(file.getFileName())));
      } else if (Files.exists(file)) {
        Path _ = Files.copy(file, target.resolve(String.valueOf(file.getFileName())));
      }
    }
    return "after " + order + "; kept in " + target.toAbsolutePath();
  }

  @Override
  public void close() {
    if (spare != null) {
      spare.close();
    }
  }
}
