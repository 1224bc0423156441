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
  private static final Duration ACKNOWLEDGE_MAX = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(2);

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
        // By what it has done, not by the clock: a busy machine must not make the test empty.
        awaitAcknowledged(child, reported, random.nextInt(phase == Phase.CLOSING ? 20 : 60));
        child.run(upTo(10));
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

  private static void awaitAcknowledged(ChildJvm child, Path reported, int more)
      throws IOException, InterruptedException {
    int before = acknowledged(reported).size();
    long deadline = System.nanoTime() + ACKNOWLEDGE_MAX.toNanos();
    while (acknowledged(reported).size() < before + more) {
      if (System.nanoTime() > deadline || !child.isAlive()) {
        throw new AssertionError("the child does not commit:\n" + child.errors());
      }
      child.run(POLL);
    }
  }

  private ChildJvm ready() throws IOException {
    ChildJvm child = spare == null ? ChildJvm.start(main, work) : spare;
    spare = null;
    child.expect("ready");
    return child;
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
