package dev.nacre.testing;

import static dev.nacre.testing.Futures.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.RestoreRequest;
import dev.nacre.Snapshot;
import dev.nacre.diff.ChangeKind;
import dev.nacre.diff.DiffPage;
import dev.nacre.diff.DiffRequest;
import dev.nacre.diff.RecordDiff;
import dev.nacre.diff.ValueChange;
import dev.nacre.error.ValidationException;
import dev.nacre.feed.ChangeEvent;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Operation;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.WriteBatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/**
 * Random histories through the public API, with reopenings: a live watch replays to every version,
 * snapshots and diffs tell the versions, restores bring them back. The model is one map a version.
 */
class TimePropertyTest {
  private static final String NAMESPACE = "ns";
  private static final int KEYS = 6;
  private static final int STEPS = 60;

  @Property(tries = 15, shrinking = ShrinkingMode.OFF)
  void history_watched_replaysToEveryVersion(@ForAll long seed) throws Exception {
    Path directory = Files.createTempDirectory("nacre-time");
    try (Run run = new Run(directory.resolve("db"), new Random(seed))) {
      for (int i = 0; i < STEPS; i++) {
        run.step();
      }
      run.check();
    } finally {
      TestDirectories.delete(directory);
    }
  }

  /** One history. For one thread. */
  private static final class Run implements AutoCloseable {
    private final Path directory;
    private final Random random;
    private final List<Map<String, String>> versions = new ArrayList<>(List.of(Map.of()));
    private final Map<Snapshot, Integer> snapshots = new HashMap<>();
    private final Map<String, String> replayed = new TreeMap<>();
    private int replayedVersion;
    private Database db;
    private RecordingSubscriber<ChangeEvent> watch;

    Run(Path directory, Random random) {
      this.directory = directory;
      this.random = random;
      this.db = Database.open(directory);
      this.watch = watched();
    }

    private RecordingSubscriber<ChangeEvent> watched() {
      RecordingSubscriber<ChangeEvent> subscriber = new RecordingSubscriber<>();
      db.watch(
              WatchRequest.of(NAMESPACE)
                  .withAfter(AsOf.version(replayedVersion))
                  .withRecords()
                  .withPageLimit(1 + random.nextInt(4)))
          .subscribe(subscriber);
      subscriber.request(Long.MAX_VALUE);
      return subscriber;
    }

    void step() {
      switch (random.nextInt(12)) {
        case 0 -> drop();
        case 1 -> reopen();
        case 2 -> {
          if (snapshots.size() < 4) {
            int version = random.nextInt(versions.size());
            snapshots.put(await(db.snapshot(AsOf.version(version))), version);
          }
        }
        case 3 -> {
          String key = key();
          int version = random.nextInt(versions.size());
          Map<String, String> next = new TreeMap<>(last());
          put(next, key, versions.get(version).get(key));
          committed(await(db.restore(NAMESPACE, key, AsOf.version(version))).version(), next);
        }
        case 4 -> restorePrefix();
        case 5 -> checkDiff();
        default -> write();
      }
    }

    private void write() {
      Map<String, String> next = new TreeMap<>(last());
      WriteBatch.Builder batch = WriteBatch.builder();
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        String key = key();
        if (random.nextInt(4) == 0) {
          batch.delete(NAMESPACE, key);
          next.remove(key);
        } else {
          String json = "{\"n\":" + random.nextInt(5) + ",\"l\":[" + random.nextInt(3) + ",7]}";
          batch.put(NAMESPACE, key, Value.json(json));
          next.put(key, json);
        }
      }
      committed(await(db.batch(batch.build())).version(), next);
    }

    private void drop() {
      committed(await(db.deleteNamespace(NAMESPACE)).version(), Map.of());
    }

    private void restorePrefix() {
      int version = random.nextInt(versions.size());
      String prefix = random.nextBoolean() ? "" : "k/1";
      Map<String, String> next = new TreeMap<>(last());
      next.keySet().removeIf(key -> key.startsWith(prefix));
      versions
          .get(version)
          .forEach(
              (key, value) -> {
                if (key.startsWith(prefix)) {
                  next.put(key, value);
                }
              });
      RestoreRequest restore = RestoreRequest.ofPrefix(NAMESPACE, prefix, AsOf.version(version));
      if (next.equals(last())) {
        var _ = Futures.failure(ValidationException.class, db.restore(restore));
      } else {
        committed(await(db.restore(restore)).version(), next);
      }
    }

    private void reopen() {
      awaitReplay();
      checkSnapshots();
      db.close();
      db = Database.open(directory);
      watch = watched();
    }

    private void committed(long version, Map<String, String> state) {
      assertEquals(versions.size(), version);
      versions.add(Map.copyOf(state));
    }

    private Map<String, String> last() {
      return versions.getLast();
    }

    private String key() {
      return "k/" + random.nextInt(KEYS) % 3 + "/" + random.nextInt(KEYS);
    }

    private static void put(Map<String, String> map, String key, @Nullable String value) {
      if (value == null) {
        map.remove(key);
      } else {
        map.put(key, value);
      }
    }

    void check() {
      awaitReplay();
      checkSnapshots();
      for (int i = 0; i < 10; i++) {
        checkDiff();
      }
    }

    /** Waits until the watch has told of everything, and replays what it told. */
    private void awaitReplay() {
      String last = "end of " + versions.size();
      // Behind everything: when this has come, so has all before it.
      Map<String, String> next = new TreeMap<>(last());
      next.put("last", "\"" + last + "\"");
      committed(await(db.put(NAMESPACE, "last", Value.json(next.get("last")))).version(), next);
      org.awaitility.Awaitility.await()
          .pollInterval(java.time.Duration.ofMillis(2))
          .until(
              () -> {
                List<ChangeEvent> events = watch.items();
                return !events.isEmpty()
                    && events.getLast().commit().version() == versions.size() - 1;
              });
      for (ChangeEvent event : watch.items()) {
        int version = (int) event.commit().version();
        if (version > replayedVersion + 1) {
          // Of the versions in between nothing was told: nothing has changed.
          for (int between = replayedVersion + 1; between < version; between++) {
            assertEquals(versions.get(between), replayed, "version " + between);
          }
          replayedVersion = version - 1;
        }
        replay(event);
        if (event.endsCommit()) {
          assertEquals(versions.get(version), replayed, "version " + version);
          replayedVersion = version;
        }
      }
      assertEquals(versions.size() - 1, replayedVersion);
    }

    private void replay(ChangeEvent event) {
      switch (event) {
        case ChangeEvent.NamespaceCreated _ -> assertTrue(replayed.isEmpty());
        case ChangeEvent.NamespaceDeleted _ -> replayed.clear();
        case ChangeEvent.RecordPurged purged ->
            throw new AssertionError("nothing is purged here: " + purged);
        case ChangeEvent.RecordChanged changed -> {
          @Nullable String value =
              changed.record().flatMap(VersionedRecord::value).map(Value::asString).orElse(null);
          if (changed.change().operation() == Operation.DELETE) {
            assertEquals(null, value);
          }
          put(replayed, changed.change().key(), value);
        }
      }
    }

    private void checkSnapshots() {
      snapshots.forEach(
          (snapshot, version) -> {
            Map<String, String> found = new TreeMap<>();
            await(snapshot.scanPage(ScanRequest.of(NAMESPACE)))
                .items()
                .forEach(
                    record -> found.put(record.key(), record.value().orElseThrow().asString()));
            assertEquals(versions.get(version), found, () -> "snapshot of version " + version);
            snapshot.close();
          });
      snapshots.clear();
    }

    /** Applying what differs to the state before gives the state after. */
    private void checkDiff() {
      int from = random.nextInt(versions.size());
      int to = random.nextInt(versions.size());
      Map<String, String> state = new TreeMap<>(versions.get(from));
      DiffRequest request =
          DiffRequest.of(NAMESPACE, AsOf.version(from), AsOf.version(to))
              .withLimit(1 + random.nextInt(5));
      @Nullable String cursor = null;
      do {
        DiffPage page = await(db.diff(request.withCursor(cursor)));
        page.items().forEach(diff -> apply(state, diff));
        cursor = page.cursor();
      } while (cursor != null);
      assertEquals(versions.get(to), state, () -> "from " + from + " to " + to);
    }

    private static void apply(Map<String, String> state, RecordDiff diff) {
      Optional<String> before = Optional.ofNullable(state.get(diff.key()));
      assertEquals(before.isPresent(), diff.kind() != ChangeKind.ADDED, diff::toString);
      if (diff.value().orElse(null) instanceof ValueChange.Patched patched) {
        state.put(
            diff.key(),
            patched.patch().applyTo(Value.json(before.orElseThrow()).asTree()).toString());
      } else {
        put(
            state,
            diff.key(),
            diff.after().flatMap(VersionedRecord::value).map(Value::asString).orElse(null));
      }
      assertTrue(!Objects.equals(before.orElse(null), state.get(diff.key())));
    }

    @Override
    public void close() {
      db.close();
    }
  }
}
