package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.maintain.Problem;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.model.Commit;
import dev.nacre.model.Durability;
import dev.nacre.store.Store;
import dev.nacre.store.verify.StoreVerification;
import dev.nacre.store.verify.ViewCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * What a life committed, version by version, and whether what a power cut has left of it is a part
 * from the beginning, whole. Immutable: several threads may check at once.
 */
final class ImageReference {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Of the versions before the last ones, so many are looked at. */
  private static final int OLD_VERSIONS = 3;

  private static final int LAST_VERSIONS = 5;

  private final List<Committed> commits;
  private final ImageViews views;

  /**
   * What was known when the power went.
   *
   * @param durable the newest version that somebody was told is durable
   * @param seen the newest version that somebody was told of
   * @param lineage the lineage they were told, empty for none
   */
  record Known(long durable, long seen, String lineage) {}

  private record Committed(String token, Instant time) {}

  private ImageReference(List<Committed> commits, ImageViews views) {
    this.commits = commits;
    this.views = views;
  }

  /** Reads what a directory holds. */
  static ImageReference read(Path directory, ImageViews views) {
    try (Store store = Store.open(ImageChild.options(directory))) {
      OracleModel model = new OracleModel();
      model.follow(store);
      List<Committed> commits = new ArrayList<>();
      for (long version = 1; version <= model.version(); version++) {
        commits.add(new Committed(model.token(version), model.committedAt(version)));
      }
      return new ImageReference(List.copyOf(commits), views);
    }
  }

  /** The newest version. */
  long version() {
    return commits.size();
  }

  /** Fails unless an acknowledgement is of what is there. */
  void checkAcknowledged(long version, String time, String token) {
    assertTrue(version <= version(), () -> "version " + version + " was acknowledged and is lost");
    Committed there = commits.get((int) version - 1);
    assertEquals(there.token, token, () -> "version " + version);
    assertEquals(there.time.toString(), time, () -> "version " + version);
  }

  /**
   * Opens what a power cut has left, twice, and compares everything; the directory is changed.
   *
   * @param chance what is looked at, and what is written afterwards
   * @param everything whether every version is compared
   * @return the version that was left
   */
  long check(Path directory, Known known, Random chance, boolean everything) throws Exception {
    if (!known.lineage.isEmpty()) {
      // Before it was first opened its making may have been cut short: opening makes it anew.
      checkBefore(directory);
    }
    long left;
    String lineage;
    OracleModel model = new OracleModel();
    try (Store store = Store.open(ImageChild.options(directory))) {
      left = store.now().version();
      lineage = store.lineage();
      assertTrue(
          left >= known.durable,
          () -> "durable were " + known.durable + " versions, left are " + left);
      assertTrue(left <= version(), () -> "there never were " + left + " versions");
      model.follow(store);
      checkPrefix(model);
      compare(store, model, chance, everything);
      views.compare(store, model, chance);
      if (left < known.seen) {
        assertNotEquals(known.lineage, lineage, "numbers somebody has seen are given again");
      }
      writeOn(store, model, chance);
      compare(store, model, chance, false);
      forgetOn(store, model, chance);
    }
    try (Store store = Store.open(ImageChild.options(directory))) {
      assertEquals(model.version(), store.now().version());
      assertEquals(lineage, store.lineage());
      compare(store, model, chance, false);
      views.compare(store, model, chance);
    }
    VerifyReport after = StoreVerification.run(directory, views.check());
    assertTrue(after.isClean(), () -> after.problems().toString());
    assertEquals(model.version(), after.version());
    return left;
  }

  /** Verification, too, finds nothing in what is left but a torn end. */
  private static void checkBefore(Path directory) {
    VerifyReport before = StoreVerification.run(directory, ViewCheck.NONE);
    for (Problem problem : before.problems()) {
      assertEquals(Problem.Remedy.NONE, problem.remedy(), () -> before.problems().toString());
    }
  }

  /** What is left are the first commits of those there were. */
  private void checkPrefix(OracleModel model) {
    for (long version = 1; version <= model.version(); version++) {
      checkAcknowledged(version, model.committedAt(version).toString(), model.token(version));
    }
  }

  private static void compare(Store store, OracleModel model, Random chance, boolean everything) {
    long newest = model.version();
    assertEquals(newest, store.now().version());
    if (everything) {
      model.compareVersions(store, 0, newest);
      return;
    }
    long recent = Math.max(0, newest - LAST_VERSIONS);
    model.compareVersions(store, recent, newest);
    model.compareAt(store, newest, chance);
    for (int i = 0; i < OLD_VERSIONS && recent > 0; i++) {
      long version = chance.nextLong(recent);
      model.compareVersions(store, version, version);
    }
  }

  /** A purge that was cut short ends; the sweep goes on where that one was. */
  private static void forgetOn(Store store, OracleModel model, Random chance) {
    if (store.hasPendingPurge() && chance.nextBoolean()) {
      store.resumePurges(_ -> {});
      assertFalse(store.hasPendingPurge());
      compare(store, model, chance, false);
    }
    if (chance.nextInt(4) == 0) {
      var _ = store.sweep(() -> false);
      assertEquals(0, store.statistics().sweeps().failures());
      model.follow(store);
      compare(store, model, chance, false);
    }
  }

  /** Commits again what was lost, and sends again what was not. */
  private void writeOn(Store store, OracleModel model, Random chance) throws Exception {
    long left = model.version();
    for (int i = 0; i < 2; i++) {
      if (commits.isEmpty()) {
        break;
      }
      int version = 1 + chance.nextInt(commits.size());
      String token = commits.get(version - 1).token;
      if (token.isEmpty() || OracleWorkload.kind(token) != OracleWorkload.Kind.BATCH) {
        continue;
      }
      // A condition on a version that is not there any more would not hold.
      if (version <= left && OracleWorkload.isRepeatable(token)) {
        Commit again = commit(store, token);
        assertEquals(version, again.version(), "a retry is answered with the first commit");
        assertEquals(model.version(), store.now().version());
      } else if (version > left && token.indexOf(';') < 0) {
        assertCommits(store, model, token);
        break;
      }
    }
    if (model.version() == left) {
      assertCommits(store, model, "after " + chance.nextLong());
    }
  }

  private static void assertCommits(Store store, OracleModel model, String token) throws Exception {
    Commit commit = commit(store, token);
    assertEquals(model.version() + 1, commit.version());
    model.follow(store);
    assertEquals(commit.version(), model.versionOf(token));
  }

  private static Commit commit(Store store, String token) throws Exception {
    return store
        .commit(OracleWorkload.batch(token), Durability.SYNC, TIMEOUT)
        .get(30, TimeUnit.SECONDS);
  }
}
