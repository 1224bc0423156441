package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ConflictException;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.error.NacreException;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.Backup;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.PurgeRecord;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.maintain.RestoreRequest;
import dev.nacre.maintain.RestoredBackup;
import dev.nacre.model.AsOf;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.CommitInfo;
import dev.nacre.model.Durability;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.VersionedRecord;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.maintain.BackupRestore;
import dev.nacre.store.maintain.BackupWriter;
import dev.nacre.testing.HistoryStep.PlannedCondition;
import dev.nacre.testing.HistoryStep.PlannedConfigure;
import dev.nacre.testing.HistoryStep.PlannedDelete;
import dev.nacre.testing.HistoryStep.PlannedDrop;
import dev.nacre.testing.HistoryStep.PlannedExpiry;
import dev.nacre.testing.HistoryStep.PlannedUpsert;
import dev.nacre.testing.HistoryStep.PlannedWrite;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Plays a history on a store and on the model at once. For one thread. */
final class HistoryRun implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int PINNED_MAX = 5;
  private static final int HELD_MAX = 2;
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final NaiveStore model = new NaiveStore();
  private final ManualClock clock = new ManualClock(START);
  private final NaiveFloors floors;
  private final StoreComparison comparison;
  private final TimeComparison time;

  /** Moments that are held in the store, oldest first. */
  private final List<Pin> held = new ArrayList<>();

  /** Read points of the past, to which answers must stay what they were. */
  private final List<ReadPoint> pinned = new ArrayList<>();

  /** What commits say of themselves, by version. */
  private final Map<Long, CommitAttributes> attributes = new HashMap<>();

  /** The first batch of each idempotency key. */
  private final Map<String, First> firsts = new HashMap<>();

  /** The directory that was the first; not used in memory. */
  private final Path first;

  /** How often a backup has become the store. */
  private int lives;

  /** The version of the newest purge. */
  private long purgedAt;

  private StoreOptions options;
  private final List<Pending> pending = new ArrayList<>();
  private final List<Committed> committed = new ArrayList<>();
  private Store store;

  HistoryRun(StoreOptions options) {
    this.options = options.withClock(clock);
    Path directory = options.directory();
    this.first = directory == null ? Path.of("") : directory;
    this.floors = new NaiveFloors(model, options.sweeping().grace());
    this.comparison =
        new StoreComparison(
            model,
            clock,
            new StoreComparison.Universe(
                RandomHistories.NAMESPACES, RandomHistories.KEYS, RandomHistories.SPACES),
            floors);
    this.time = new TimeComparison(model, comparison);
    this.store = Store.open(this.options);
  }

  /** A commit on its way and what the model made of it: a version, or an error. */
  private record Pending(
      CompletableFuture<Commit> future, long version, @Nullable NacreException refusal) {}

  /** The batch that an idempotency key came with first, and its version. */
  private record First(WriteBatch batch, long version) {}

  /** A commit that was not refused, by its version. */
  private record Committed(
      @Nullable WriteBatch batch, @Nullable PurgeRequest purge, Instant clock) {
    void replay(NaiveStore model) {
      if (batch != null) {
        var _ = model.commit(batch, clock);
      } else if (purge != null) {
        var _ = model.purge(purge, clock);
      }
    }
  }

  /** Plays a history and leaves the store as it ends. */
  void playOnly(List<HistoryStep> steps) throws Exception {
    for (HistoryStep step : steps) {
      if (step instanceof HistoryStep.Compare) {
        settle();
      } else {
        play(step);
      }
    }
    settle();
  }

  private void play(HistoryStep step) throws Exception {
    switch (step) {
      case HistoryStep.Submit submit -> submit(submit);
      case HistoryStep.MoveClock move -> {
        settle();
        clock.advance(move.by());
      }
      case HistoryStep.Purge purge -> purge(purge.request());
      case HistoryStep.Reopen _ -> reopen();
      case HistoryStep.Sweep _ -> sweep();
      case HistoryStep.Hold hold -> hold(hold);
      case HistoryStep.Transaction transaction -> transact(transaction);
      case HistoryStep.Keyed keyed -> submitKeyed(keyed);
      case HistoryStep.Restore restore -> restore(restore);
      case HistoryStep.Compact _ -> {
        var _ = store.compact();
      }
      case HistoryStep.BackUp backUp -> backUp(backUp.move());
      case HistoryStep.Compare compare -> compare(compare);
    }
  }

  private void compare(HistoryStep.Compare compare) throws Exception {
    settle();
    Random random = new Random(compare.seed());
    comparison.compareSomewhere(store, random);
    time.compareSomewhere(store, random);
    compareAttributes(random);
    if (pinned.size() < PINNED_MAX) {
      pinned.add(store.now());
    }
  }

  Store store() {
    return store;
  }

  ManualClock clock() {
    return clock;
  }

  /**
   * The model of the first {@code version} commits, as if no other had been, but for what was
   * purged up to version {@code purgedUpTo}: that is gone.
   */
  NaiveStore modelAt(long version, long purgedUpTo) {
    NaiveStore then = new NaiveStore();
    for (Committed commit : committed.subList(0, (int) version)) {
      commit.replay(then);
    }
    for (Committed commit : committed.subList((int) version, (int) purgedUpTo)) {
      if (commit.purge != null) {
        then.forget(commit.purge);
      }
    }
    return then;
  }

  /** Compares another store with a model, everywhere. */
  void compare(Store other, NaiveStore expected) {
    new StoreComparison(
            expected,
            clock,
            new StoreComparison.Universe(
                RandomHistories.NAMESPACES, RandomHistories.KEYS, RandomHistories.SPACES))
        .compareEverywhere(other);
  }

  void play(List<HistoryStep> steps) throws Exception {
    for (HistoryStep step : steps) {
      play(step);
    }
    settle();
    comparison.compareEverywhere(store);
    reopen();
    comparison.compareEverywhere(store);
    Random random = new Random(steps.size());
    for (ReadPoint point : pinned) {
      comparison.compareAt(store, AsOf.at(point), random);
    }
    time.compareSomewhere(store, random);
  }

  private void sweep() throws Exception {
    settle();
    var _ = store.sweep(() -> false);
    model.expire(clock.instant());
    floors.sweep(
        clock.instant(),
        held.stream().mapToLong(pin -> pin.readPoint().version()).min().orElse(Long.MAX_VALUE));
    settle();
  }

  private void hold(HistoryStep.Hold hold) throws Exception {
    settle();
    if (held.size() == HELD_MAX) {
      held.removeFirst().close();
    }
    held.add(store.pin(comparison.moment(new Random(hold.seed()))));
  }

  private void submit(HistoryStep.Submit submit) throws Exception {
    submit(batch(submit.writes(), CommitAttributes.NONE), submit.durability());
    if (submit.await()) {
      settle();
    }
  }

  private WriteBatch batch(List<PlannedWrite> writes, CommitAttributes attributes) {
    return WriteBatch.of(writes.stream().map(this::settled).toList(), attributes);
  }

  /** Submits a batch whose outcome the model knows. */
  private void submit(WriteBatch batch, Durability durability) {
    CompletableFuture<Commit> future = store.commit(batch, durability, TIMEOUT);
    long version = 0;
    NacreException refusal = null;
    try {
      version = commitToModel(batch);
    } catch (ConflictException | ValidationException e) {
      refusal = e;
    }
    pending.add(new Pending(future, version, refusal));
  }

  private long commitToModel(WriteBatch batch) {
    long version = model.commit(batch, clock.instant());
    committed.add(new Committed(batch, null, clock.instant()));
    attributes.put(version, batch.attributes());
    return version;
  }

  private void transact(HistoryStep.Transaction transaction) throws Exception {
    settle();
    ReadPoint since =
        comparison.expected(comparison.moment(new Random(transaction.seed())), store.lineage());
    SnapshotCheck check = new SnapshotCheck(since, transaction.locked());
    WriteBatch batch = batch(transaction.writes(), CommitAttributes.NONE);
    boolean conflicts = model.conflicts(batch, check, clock.instant());
    NacreException refusal = null;
    try {
      Commit done =
          store
              .commit(batch.withCheck(check), Durability.ASYNC, TIMEOUT)
              .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      assertFalse(conflicts, () -> "committed though it conflicts: " + transaction + " " + since);
      assertEquals(commitToModel(batch), done.version());
    } catch (ExecutionException e) {
      refusal = assertInstanceOf(NacreException.class, e.getCause());
    }
    if (refusal != null && !conflicts && !isForgotten(refusal, since)) {
      NacreException told = refusal;
      NacreException expected =
          assertThrows(
              NacreException.class, () -> commitToModel(batch), () -> transaction + ": " + told);
      assertInstanceOf(expected.getClass(), refusal);
    }
    settle();
  }

  /** Whether nobody can tell any more what has become of an absent record since a moment. */
  private boolean isForgotten(NacreException refusal, ReadPoint since) {
    return refusal instanceof ConflictException
        && comparison.isNowMaybeDropped(
            String.valueOf(refusal.details().get("namespace")), since.version());
  }

  private void submitKeyed(HistoryStep.Keyed keyed) throws Exception {
    settle();
    String key = lives + "-" + keyed.key();
    First first = firsts.get(key);
    WriteBatch batch =
        keyed.again() && first != null
            ? first.batch
            : batch(
                keyed.writes(),
                CommitAttributes.NONE
                    .withIdempotencyKey(key)
                    .withActor("actor")
                    .with("step", Integer.toString(firsts.size())));
    if (first == null) {
      long before = model.version();
      submit(batch, Durability.ASYNC);
      if (model.version() > before) {
        firsts.put(key, new First(batch, model.version()));
      }
      settle();
      return;
    }
    CompletableFuture<Commit> future = store.commit(batch, Durability.ASYNC, TIMEOUT);
    boolean same = batch.writes().equals(first.batch.writes());
    try {
      Commit answer = future.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      // A purge forgets what a batch was, not that it was.
      assertTrue(same || purgedAt > first.version, () -> "answered another batch: " + keyed);
      assertEquals(first.version, answer.version());
      assertEquals(model.committedAt(first.version), answer.committedAt());
    } catch (ExecutionException e) {
      assertFalse(same, () -> "refused its own batch: " + e.getCause());
      assertInstanceOf(ValidationException.class, e.getCause());
    }
    settle();
  }

  private void restore(HistoryStep.Restore restore) throws Exception {
    settle();
    AsOf moment = comparison.moment(new Random(restore.seed()));
    ReadPoint then = comparison.expected(moment, store.lineage());
    Optional<VersionedRecord> found;
    try {
      found = store.get(then, restore.namespace(), restore.key(), comparison.spaceNames());
    } catch (HistoryDroppedException e) {
      assertTrue(comparison.isMaybeDropped(restore.namespace(), then.version()), e::toString);
      return;
    }
    if (found.isEmpty()) {
      return;
    }
    VersionedRecord old = found.orElseThrow();
    submit(
        WriteBatch.of(
            List.of(
                new Write.Delete(restore.namespace(), restore.key(), WriteCondition.none()),
                new Write.Upsert(
                    restore.namespace(),
                    restore.key(),
                    old.value().orElse(null),
                    old.metadataVersion().isPresent() ? old.metadata() : null,
                    List.copyOf(old.embeddings().values()),
                    old.expiresAt()
                        .<Write.Expiry>map(Write.Expiry.At::new)
                        .orElse(Write.Expiry.Never.NEVER),
                    WriteCondition.none())),
            CommitAttributes.NONE.withSource("restore")),
        Durability.ASYNC);
    settle();
  }

  private void backUp(boolean move) throws Exception {
    Path directory = options.directory();
    if (directory == null) {
      return;
    }
    settle();
    Path backups = first.resolveSibling("backups");
    Backup backup = BackupWriter.run(store, BackupRequest.to(backups), clock, () -> false);
    assertEquals(model.version(), backup.version());
    if (!move) {
      return;
    }
    Path target = first.resolveSibling("life-" + ++lives);
    RestoredBackup restored = BackupRestore.run(RestoreRequest.of(backups, target));
    assertEquals(model.version(), restored.version());
    held.clear();
    pinned.clear();
    store.close();
    options =
        StoreOptions.in(target)
            .withClock(clock)
            .withSweeping(options.sweeping())
            .withBlockCacheBytes(options.blockCacheBytes())
            .withWriteBufferBytes(options.writeBufferBytes());
    store = Store.open(options);
    assertEquals(restored.lineage(), store.lineage());
    settle();
    comparison.compareSomewhere(store, new Random(lives));
    time.compareSomewhere(store, new Random(lives));
  }

  /** What commits say of themselves; a purge may have erased it. */
  private void compareAttributes(Random random) {
    long version = random.nextLong(model.version() + 1);
    CommitAttributes expected = attributes.get(version);
    if (expected != null && version > purgedAt) {
      CommitInfo info = store.commitInfo(version).orElseThrow();
      assertEquals(expected, info.attributes());
      assertEquals(model.committedAt(version), info.committedAt());
    }
  }

  /** What is on its way comes before it. */
  private void purge(PurgeRequest request) throws Exception {
    long version = model.purge(request, clock.instant());
    purgedAt = version;
    committed.add(new Committed(null, request, clock.instant()));
    PurgeRecord done = store.purge(request, _ -> {});
    assertEquals(version, done.version());
    assertEquals(model.committedAt(version), done.committedAt());
    assertTrue(done.completedAt().isPresent());
    settle();
  }

  private Write settled(PlannedWrite planned) {
    return switch (planned) {
      case PlannedUpsert upsert ->
          new Write.Upsert(
              upsert.namespace(),
              upsert.key(),
              upsert.value(),
              upsert.metadata(),
              upsert.embeddings(),
              settled(upsert.expiry()),
              settled(upsert.condition(), upsert.namespace(), upsert.key()));
      case PlannedDelete delete ->
          new Write.Delete(
              delete.namespace(),
              delete.key(),
              settled(delete.condition(), delete.namespace(), delete.key()));
      case PlannedConfigure configure ->
          new Write.Configure(
              configure.namespace(),
              new NamespaceOptions(
                  configure.spaces(), configure.timeToLive(), configure.retention()));
      case PlannedDrop drop -> new Write.DeleteNamespace(drop.namespace());
    };
  }

  private Write.Expiry settled(PlannedExpiry expiry) {
    return switch (expiry.kind()) {
      case UNCHANGED -> Write.Expiry.Unchanged.UNCHANGED;
      case NEVER -> Write.Expiry.Never.NEVER;
      case AT ->
          new Write.Expiry.At(clock.instant().plus(expiry.offset()).truncatedTo(ChronoUnit.MICROS));
      case AFTER -> new Write.Expiry.After(expiry.offset());
    };
  }

  private WriteCondition settled(PlannedCondition condition, String namespace, String key) {
    long current =
        model
            .get(model.now(clock.instant(), ""), namespace, key)
            .map(NaiveWorld.NaiveState::version)
            .orElse(1L);
    return switch (condition) {
      case NONE -> WriteCondition.none();
      case IF_ABSENT -> WriteCondition.ifAbsent();
      case IF_CURRENT -> WriteCondition.ifVersion(current);
      // Of the very first version: one that is not there yet.
      case IF_STALE -> WriteCondition.ifVersion(current == 1 ? 2 : current - 1);
    };
  }

  /** Waits for every commit on its way and compares its outcome with the model's. */
  private void settle() throws Exception {
    for (Pending commit : pending) {
      NacreException refusal = commit.refusal();
      if (refusal == null) {
        Commit done = commit.future().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        assertEquals(commit.version(), done.version());
        assertEquals(model.committedAt(commit.version()), done.committedAt());
        assertEquals(store.lineage(), done.lineage());
      } else {
        ExecutionException failure =
            assertThrows(
                ExecutionException.class,
                () -> commit.future().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS));
        assertInstanceOf(refusal.getClass(), failure.getCause());
      }
    }
    pending.clear();
    assertEquals(model.now(clock.instant(), store.lineage()), store.now());
  }

  /** Closes without waiting for what is on its way: close drains it. */
  private void reopen() throws Exception {
    if (options.directory() == null) {
      return;
    }
    String lineage = store.lineage();
    held.clear();
    store.close();
    store = Store.open(options);
    assertEquals(lineage, store.lineage());
    settle();
  }

  @Override
  public void close() {
    store.close();
  }
}
