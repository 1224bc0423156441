package dev.nacre.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Kills children of one directory after another and has what they leave behind verified. The next
 * child is started while the one before lives, because starting takes longer than living. For one
 * thread.
 */
public final class CrashRun implements AutoCloseable {
  private static final int KILLS_PER_DIRECTORY = 10;

  /** About as long as the line that reports a commit. */
  private static final int LINE_BYTES = 40;

  private static final long COMMITS_NANOS_MAX = 60_000_000_000L;

  private final Class<?> main;
  private final Path work;
  private final Supplier<Verifier> verifiers;
  private final Random random;
  private final Map<Phase, Integer> kills = new EnumMap<>(Phase.class);
  private @Nullable ChildJvm spare;
  private long acknowledged;
  private int lives;

  /** When a child is killed. */
  public enum Phase {
    /** Between the beginning and, perhaps, the end of opening. */
    OPENING,
    /** While it commits. */
    WRITING,
    /** Between the beginning and, perhaps, the end of closing. */
    CLOSING
  }

  /** Checks a directory; kept for as long as the directory is used. */
  public interface Verifier {
    /**
     * Opens the directory, checks it, closes it.
     *
     * @param directory what the killed processes left behind
     * @param acknowledged every commit they have reported
     * @param last whether the directory is not used any more: everything may be checked
     */
    void verify(Path directory, List<Acknowledged> acknowledged, boolean last) throws Exception;
  }

  /**
   * A commit that a child has reported.
   *
   * @param version its version
   * @param committedAt its commit time, as text
   * @param token what it wrote
   */
  public record Acknowledged(long version, String committedAt, String token) {}

  /**
   * A run.
   *
   * @param main the main class of the children
   * @param work an empty directory
   * @param seed of phases and moments; print it
   * @param verifiers makes one for each directory
   */
  public CrashRun(Class<?> main, Path work, long seed, Supplier<Verifier> verifiers) {
    this.main = main;
    this.work = work;
    this.random = new Random(seed);
    this.verifiers = verifiers;
  }

  /** Kills children {@code times} times. */
  public void kill(int times) throws Exception {
    for (int done = 0; done < times; done += KILLS_PER_DIRECTORY) {
      Path directory = work.resolve("db" + done);
      Path reported = work.resolve("acknowledged" + done);
      Verifier verifier = verifiers.get();
      int here = Math.min(KILLS_PER_DIRECTORY, times - done);
      for (int i = 0; i < here; i++) {
        live(directory, reported);
        // Now and then the next child finds what this one left, without a clean close in between.
        if (i + 1 == here || random.nextInt(3) > 0) {
          verifier.verify(directory, acknowledged(reported), i + 1 == here);
        }
      }
      acknowledged += acknowledged(reported).size();
      TestDirectories.delete(directory);
    }
  }

  /** How many children were killed in each phase. */
  public Map<Phase, Integer> kills() {
    return Map.copyOf(kills);
  }

  /** How many commits were acknowledged in all. */
  public long acknowledgedCommits() {
    return acknowledged;
  }

  private void live(Path directory, Path reported) throws Exception {
    Phase phase =
        switch (random.nextInt(10)) {
          case 0, 1 -> Phase.OPENING;
          case 2, 3 -> Phase.CLOSING;
          default -> Phase.WRITING;
        };
    try (ChildJvm child = ready()) {
      spare = ChildJvm.start(main, work);
      child.send(directory + "\t" + reported + "\t" + lives++);
      child.expect("opening");
      if (phase == Phase.OPENING) {
        child.run(upTo(60));
      } else {
        child.expect("open ");
        // Counted in commits, not in time: on a busy machine a child hardly writes in a moment.
        awaitCommits(child, reported, random.nextInt(phase == Phase.CLOSING ? 20 : 100));
        child.run(upTo(3));
        if (phase == Phase.CLOSING) {
          child.send("close");
          child.expect("closing");
          child.run(upTo(25));
        }
      }
      child.kill();
    }
    var _ = kills.merge(phase, 1, Integer::sum);
  }

  private ChildJvm ready() throws IOException {
    ChildJvm child = spare == null ? ChildJvm.start(main, work) : spare;
    spare = null;
    child.expect("ready");
    return child;
  }

  /** Waits until {@code more} commits have been reported since the beginning of this life. */
  private static void awaitCommits(ChildJvm child, Path reported, int more) throws Exception {
    long wanted = Files.exists(reported) ? Files.size(reported) : 0;
    wanted += (long) more * LINE_BYTES;
    long deadline = System.nanoTime() + COMMITS_NANOS_MAX;
    while (!Files.exists(reported) || Files.size(reported) < wanted) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("the child has not reported " + more + " commits in time");
      }
      child.run(Duration.ofMillis(1));
    }
  }

  private Duration upTo(int millis) {
    return Duration.ofNanos(random.nextLong(1_000_000L * millis));
  }

  private static List<Acknowledged> acknowledged(Path reported) throws IOException {
    List<Acknowledged> all = new ArrayList<>();
    if (Files.exists(reported)) {
      for (String line : Files.readAllLines(reported, StandardCharsets.UTF_8)) {
        String[] fields = line.split("\t", -1);
        all.add(new Acknowledged(Long.parseLong(fields[0]), fields[1], fields[2]));
      }
    }
    return all;
  }

  @Override
  public void close() {
    if (spare != null) {
      spare.close();
    }
  }
}
