package dev.nacre.store.rocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.CorruptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Random logs with one random damage. Whatever the check says is compared with what RocksDB then
 * recovers: no durable version is ever lost in silence, and no alarm is false.
 */
class WriteAheadLogCheckPropertyTest {
  private Path root = Path.of("");

  enum Kind {
    FLIP,
    NOISE,
    ZEROS,
    CUT,
    DELETE
  }

  record Group(int commits, int bytes, boolean newFile) {}

  /** A damage at a fraction of the whole log. */
  record Damage(Kind kind, int file, double at, int length, long seed) {}

  @BeforeProperty
  void makeRoot() throws IOException {
    root = Files.createTempDirectory("nacre-log-check");
  }

  @AfterProperty
  void deleteRoot() throws IOException {
    for (String name : List.of("store", "crashed", "scratch")) {
      LogTestStore.delete(root.resolve(name));
    }
    Files.delete(root);
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void damage_isRefusedOrLosesNothingDurable(
      @ForAll("groups") List<Group> groups, @ForAll("damages") Damage damage) throws Exception {
    compare(groups, damage);
    Statistics.coverage(outcomes -> outcomes.check("refused").percentage(share -> share > 20));
  }

  @Tag("soak")
  @Property(tries = 5_000, shrinking = ShrinkingMode.OFF)
  void damageManyTimes_isRefusedOrLosesNothingDurable(
      @ForAll("groups") List<Group> groups, @ForAll("damages") Damage damage) throws Exception {
    compare(groups, damage);
  }

  private void compare(List<Group> groups, Damage damage) throws Exception {
    LogTestStore.delete(root.resolve("store"));
    LogTestStore.delete(root.resolve("crashed"));
    long durable;
    long last;
    long lastGroupStart;
    Path crashed;
    try (LogTestStore store = LogTestStore.create(root.resolve("store"), damage.seed())) {
      for (Group group : groups.subList(0, groups.size() - 1)) {
        store.group(group.commits(), group.bytes());
        if (group.newFile()) {
          store.newLogFile();
        }
      }
      durable = store.version();
      lastGroupStart = Files.size(LogTestStore.logFiles(root.resolve("store")).getLast());
      Group group = groups.getLast();
      store.group(group.commits(), group.bytes());
      last = store.version();
      crashed = store.crash(root.resolve("crashed"));
    }
    assertEquals(
        new LogCheckResult(1, last, durable, ""),
        WriteAheadLogCheck.check(crashed, LogTestStore.COMMIT));

    if (!apply(damage, crashed, lastGroupStart)) {
      return;
    }
    LogCheckResult result = null;
    try {
      result = WriteAheadLogCheck.check(crashed, LogTestStore.COMMIT);
    } catch (CorruptionException e) {
      assertTrue(e.details().containsKey("offset"), e.toString());
    }
    List<Long> recovered = recovered(crashed);
    boolean complete =
        recovered != null
            && recovered.size() >= durable
            && recovered.equals(versions(recovered.size()));
    Statistics.collect(result == null ? "refused" : complete ? "complete" : "caller refuses");
    if (result == null) {
      assertFalse(complete, "refused though RocksDB loses nothing: " + damage);
      return;
    }
    long reached = recovered == null || recovered.isEmpty() ? 0 : recovered.getLast();
    // What the caller compares after a read-only open, as LogCheckResult says.
    boolean callerRefuses =
        recovered == null
            || reached < result.durableUpTo()
            || (result.firstVersion() > 1 && !recovered.contains(result.firstVersion() - 1));
    assertTrue(complete || callerRefuses, "silent loss: " + damage + " " + result + recovered);
    assertFalse(complete && callerRefuses, "false alarm: " + damage + " " + result + recovered);
    if (recovered != null) {
      assertEquals(reached, result.lastVersion(), damage.toString());
    }
  }

  /** False when there is nothing to damage so. */
  private static boolean apply(Damage damage, Path directory, long lastGroupStart)
      throws IOException {
    List<Path> files = LogTestStore.logFiles(directory);
    Path file = files.get(damage.file() % files.size());
    boolean newest = file.equals(files.getLast());
    if (damage.kind() == Kind.DELETE) {
      // Losing the newest file is losing the end of the log: nothing can tell.
      if (!newest) {
        Files.delete(file);
      }
      return !newest;
    }
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length == 0) {
      return false;
    }
    int at = (int) (damage.at() * bytes.length);
    int end = Math.min(bytes.length, at + damage.length());
    if (newest && at < lastGroupStart) {
      // Either the last group or what is before it, not both: that would be a longer torn tail.
      end = (int) Math.min(end, lastGroupStart);
    }
    switch (damage.kind()) {
      case FLIP -> bytes[at] ^= (byte) (1 << damage.length() % 8);
      case NOISE -> {
        byte[] noise = new byte[end - at];
        new Random(damage.seed()).nextBytes(noise);
        System.arraycopy(noise, 0, bytes, at, noise.length);
      }
      case ZEROS -> Arrays.fill(bytes, at, end, (byte) 0);
      case CUT -> bytes = Arrays.copyOf(bytes, newest ? (int) Math.max(at, lastGroupStart) : at);
      case DELETE -> throw new AssertionError("handled above");
    }
    Files.write(file, bytes);
    return true;
  }

  private @Nullable List<Long> recovered(Path directory) throws IOException {
    try {
      return LogTestStore.recovered(directory, root.resolve("scratch"));
    } catch (RocksDBException e) {
      return null;
    }
  }

  private static List<Long> versions(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @Provide
  Arbitrary<List<Group>> groups() {
    Arbitrary<Integer> bytes =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 200),
            Arbitraries.integers().between(8_000, 12_000),
            Arbitraries.integers().between(30_000, 80_000));
    return Combinators.combine(
            Arbitraries.integers().between(1, 4),
            bytes,
            Arbitraries.integers().between(0, 5).map(roll -> roll == 0))
        .as(Group::new)
        .list()
        .ofMinSize(2)
        .ofMaxSize(14);
  }

  @Provide
  Arbitrary<Damage> damages() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(0, 5),
            Arbitraries.integers().between(0, 9_999).map(at -> at / 10_000.0),
            Arbitraries.integers().between(1, 40_000),
            Arbitraries.longs())
        .as(Damage::new);
  }
}
