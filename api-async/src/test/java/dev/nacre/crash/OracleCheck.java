package dev.nacre.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Maintenance;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.maintain.VerifyReport;
import dev.nacre.search.SearchPlan;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.Sweeping;
import dev.nacre.testing.OracleModel;
import dev.nacre.testing.TestDirectories;
import dev.nacre.vector.VectorEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Checks one directory after each death: values, history, vectors, log and index are at one
 * version, it is not older than anything that was acknowledged, and it holds what the commits say
 * that are in it. For one thread.
 */
final class OracleCheck {
  /** Before the versions that are new, so many are looked at again. */
  private static final int KNOWN_VERSIONS = 1;

  /** So many of the new ones, from the end, where a kill takes away. */
  private static final int NEW_VERSIONS = 8;

  private final Path directory;
  private final Path backups;
  private final Path journal;
  private final Random random;
  private final OracleModel model = new OracleModel();
  private final Map<SearchPlan.Tier, Integer> searches = new EnumMap<>(SearchPlan.Tier.class);
  private int acknowledged;
  private int interruptedPurges;
  private int backupsSeen;

  OracleCheck(OracleOrder first, long seed) {
    directory = first.directory();
    backups = first.backups();
    journal = first.journal();
    random = new Random(seed);
  }

  /** How many commits had been acknowledged at the last check. */
  int acknowledged() {
    return acknowledged;
  }

  /** How many purges were found in the middle. */
  int interruptedPurges() {
    return interruptedPurges;
  }

  /** How many backups were found. */
  int backups() {
    return backupsSeen;
  }

  /** How many searches were compared, by tier. */
  Map<SearchPlan.Tier, Integer> searches() {
    return searches;
  }

  /**
   * Checks; what is opened is closed again.
   *
   * @param opened whether it was ever open: else its making may have been cut short, and opening
   *     makes it anew
   * @param last whether the directory is not used any more: every version is compared
   */
  void check(boolean opened, boolean last) throws IOException {
    @Nullable VerifyReport left = opened ? Maintenance.verify(directory).join() : null;
    if (left != null) {
      assertEquals(List.of(), left.problems());
    }
    try (Store store = open();
        VectorEngine engine = VectorEngine.open(store, SearchCheck.options())) {
      long known = model.version();
      model.follow(store);
      if (left != null) {
        assertEquals(model.version(), left.version());
      }
      checkAcknowledged();
      compare(store, engine, last ? 0 : Math.max(known, model.version() - NEW_VERSIONS), known);
      if (random.nextInt(3) == 0) {
        var _ = store.sweep(() -> false);
        assertEquals(0, store.statistics().sweeps().failures());
        long before = model.version();
        model.follow(store);
        compare(store, engine, before, before);
      }
      boolean purging = store.hasPendingPurge();
      if (purging && (last || random.nextBoolean())) {
        interruptedPurges++;
        store.resumePurges(engine::forget);
        assertTrue(!store.hasPendingPurge(), "the purge has not ended");
        compare(store, engine, model.version() - KNOWN_VERSIONS, model.version());
      }
    }
    if (last) {
      assertEquals(List.of(), Maintenance.verify(directory).join().problems());
    }
    checkBackups(last);
  }

  private Store open() {
    return Store.open(
        StoreOptions.in(directory)
            .withBlockCacheBytes(1 << 20)
            .withWriteBufferBytes(1 << 20)
            .withSweeping(new Sweeping(Duration.ZERO, Duration.ofMillis(2))));
  }

  private void checkAcknowledged() throws IOException {
    List<OracleJournal.Line> lines = OracleJournal.read(journal);
    for (OracleJournal.Line line : lines.subList(acknowledged, lines.size())) {
      if (line.committed()) {
        model.checkAcknowledged(line.version(), line.committedAt(), line.token());
      } else {
        assertEquals(0, model.versionOf(line.token()), () -> line.token() + " was refused");
      }
    }
    acknowledged = lines.size();
  }

  private void compare(Store store, VectorEngine engine, long from, long known) {
    long newest = model.version();
    model.compareVersions(store, Math.max(0, from), newest);
    for (int i = 0; i < KNOWN_VERSIONS && known > 0; i++) {
      long version = random.nextLong(known + 1);
      model.compareVersions(store, version, version);
    }
    model.compareAt(store, newest, random);
    model.compareAt(store, random.nextLong(newest + 1), random);
    SearchCheck.run(store, engine, model, random, tier -> searches.merge(tier, 1, Integer::sum));
  }

  /** What is listed is whole; the newest one is restored in the end. */
  private void checkBackups(boolean last) throws IOException {
    if (!Files.isDirectory(backups)) {
      return;
    }
    List<Backup> listed = Maintenance.backups(backups).join();
    assertTrue(listed.size() >= backupsSeen, "a backup that was listed is gone");
    backupsSeen = listed.size();
    for (Backup backup : listed) {
      assertEquals(
          model.committedAt(backup.version()), backup.committedAt(), () -> backup.toString());
    }
    if (last && !listed.isEmpty()) {
      assertEquals(List.of(), Maintenance.verifyBackups(backups).join().problems());
      Path target = directory.resolveSibling(directory.getFileName() + "-restored");
      var restored = Maintenance.restore(RestoreRequest.of(backups, target)).join();
      assertEquals(listed.getLast().version(), restored.version());
      assertEquals(List.of(), Maintenance.verify(target).join().problems());
      try (Store store = Store.open(target)) {
        // As it was then: purges since have not reached it.
        OracleModel then = new OracleModel();
        then.follow(store);
        assertEquals(restored.version(), then.version());
        for (long version = 1; version <= then.version(); version++) {
          assertEquals(model.token(version), then.token(version));
        }
        then.compareVersions(store, then.version(), then.version());
      }
      TestDirectories.delete(target);
    }
  }
}
