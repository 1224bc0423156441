package dev.nacre.store.commit;

import dev.nacre.error.NacreException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.Latency;
import dev.nacre.measure.LatencyHistogram;
import dev.nacre.model.Commit;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.StorageProbe;
import dev.nacre.store.layout.IdempotencyRow;
import dev.nacre.store.layout.Keys;
import dev.nacre.store.layout.Micros;
import dev.nacre.store.rocks.GroupBatch;
import dev.nacre.store.rocks.RocksEngine;
import dev.nacre.store.rocks.StorageFailure;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives commits their versions and writes them in groups: one RocksDB write and one fsync for
 * everything that waits.
 *
 * <p>Invariants. Only the committer thread judges, versions and writes. Versions are dense: a
 * commit that is refused uses none. A group is started ({@link #startedVersion()} raised), written,
 * published ({@link #visible()} raised), then acknowledged, in this order; so a reader that finds
 * nothing newer started after its look-up knows that it saw the newest state. After a write fails,
 * what reached the disk is unknown: nothing more is written, reads go on, opening again decides.
 * Only a full disk passes: the group is taken back and writing goes on when there is room.
 */
public final class GroupCommitter {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommitter.class);
  private static final long PREPARE_INLINE_BYTES = 64 << 10;
  private static final int PREPARE_INLINE_WRITES = 16;
  private static final int OTHERS_MAX = 1_024;

  /** How large a batch of maintenance should be at most: commits wait while it is written. */
  public static final int MAINTENANCE_BYTES = 1 << 20;

  private final RocksEngine engine;
  private final CommitPreparer preparer;
  private final GroupBuilder builder;
  private final CommitQueue queue;
  private final Queue<MaintenanceTicket> maintenance = new ConcurrentLinkedQueue<>();
  private final Settings settings;
  private final Thread thread;
  private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
  private final GroupAnswers group;

  private volatile Visible visible;
  private volatile long startedVersion;
  private volatile long durableVersion;
  private volatile @Nullable Throwable failure;
  private volatile boolean diskFull;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong groups = new AtomicLong();
  private final LatencyHistogram groupWrites = new LatencyHistogram();

  /**
   * What a committer works with.
   *
   * @param groupBytes the most one group writes
   * @param resumeBytes how much of a full disk must be free again before RocksDB goes on writing
   * @param clock gives commit times
   * @param probe called before each write
   * @param executors where preparing and completing happen
   * @param lineage stated in every commit
   * @param idempotencyMicros how long idempotency keys are known after their commit
   */
  public record Settings(
      long groupBytes,
      long resumeBytes,
      Clock clock,
      StorageProbe probe,
      StoreExecutors executors,
      String lineage,
      long idempotencyMicros) {}

  /**
   * A committer that goes on after version {@code last}, of which everything is durable. Call
   * {@link #start()}.
   */
  public GroupCommitter(
      RocksEngine engine,
      NamespaceRegistry registry,
      CommitPreparer preparer,
      long queueBytes,
      Settings settings,
      Visible last) {
    this.engine = engine;
    this.preparer = preparer;
    this.settings = settings;
    this.builder =
        new GroupBuilder(
            engine,
            registry,
            new RecentChanges(last.version()),
            preparer.rowBytesMax(),
            settings.idempotencyMicros(),
            settings.lineage());
    this.queue =
        new CommitQueue(
            queueBytes, settings.executors().timer(), settings.executors().completions());
    this.group = new GroupAnswers(settings.executors().completions(), settings.resumeBytes());
    this.visible = last;
    this.startedVersion = last.version();
    this.durableVersion = last.version();
    this.thread = Thread.ofPlatform().daemon().name("nacre-committer").unstarted(this::run);
  }

  /** Begins to commit. */
  public void start() {
    thread.start();
  }

  /** The newest version that reads may see. */
  public Visible visible() {
    return visible;
  }

  /** The newest version whose write has begun, published or not. */
  public long startedVersion() {
    return startedVersion;
  }

  /** The newest version known to be on stable storage. */
  public long durableVersion() {
    return durableVersion;
  }

  /** Tells the probe how far work has come that the committer writes for. */
  public void reached(StorageProbe.Step step) {
    settings.probe().reached(step);
  }

  /** Writes nothing from now on, because storage failed elsewhere than in a group. */
  public void stopWriting(Throwable cause) {
    failure = cause;
  }

  /** Whether a write to storage has failed, so that nothing is written any more. */
  public boolean hasFailed() {
    return failure != null;
  }

  /** Whether the last group was refused because the disk is full; the next one may succeed. */
  public boolean isDiskFull() {
    return diskFull;
  }

  /** Whether this is the thread that commits: it cannot wait for itself to end. */
  public boolean isCommitterThread() {
    return Thread.currentThread().equals(thread);
  }

  /** Bytes of writes that wait. */
  public long queueBytes() {
    return queue.bytes();
  }

  /** Commits since opening. */
  public long commits() {
    return commits.get();
  }

  /** Groups since opening. */
  public long groups() {
    return groups.get();
  }

  /** How long writing groups took, with their fsync. */
  public Latency groupWrites() {
    return groupWrites.latency();
  }

  /** Calls {@code listener} after each group, on the committer thread. */
  public void onPublish(LongConsumer listener) {
    listeners.add(listener);
  }

  /** Accepts a batch. Never blocks; never throws. */
  public CompletableFuture<Commit> submit(
      WriteBatch batch, Durability durability, Duration timeout) {
    // The conversion saturates; a quarter keeps differences of deadlines within a long.
    long wait = Math.clamp(TimeUnit.NANOSECONDS.convert(timeout), 0, Long.MAX_VALUE / 4);
    long deadline = System.nanoTime() + wait;
    CommitTicket ticket =
        new CommitTicket(batch, durability, deadline, CommitPreparer.estimateBytes(batch));
    Throwable failed = failure;
    if (failed != null) {
      return CompletableFuture.failedFuture(GroupAnswers.readsOnly(failed));
    }
    try {
      CommitQueue.Admission admission = queue.reserve(ticket);
      boolean prepared = false;
      try {
        prepare(ticket, admission);
        prepared = true;
      } finally {
        if (!prepared) {
          queue.release(ticket);
        }
      }
    } catch (NacreException e) {
      return CompletableFuture.failedFuture(e);
    }
    queue.add(ticket);
    return ticket.future;
  }

  /**
   * Accepts a purge: a commit whose version hides every row that it covers, whatever its version,
   * as soon as it is visible. Never blocks; never throws.
   */
  public CompletableFuture<Commit> submit(
      PurgeOrder order, CommitAttributes attributes, Duration timeout) {
    Throwable failed = failure;
    if (failed != null) {
      return CompletableFuture.failedFuture(GroupAnswers.readsOnly(failed));
    }
    // The batch is looked at for its attributes only: the preparation says what is done.
    WriteBatch batch =
        WriteBatch.of(List.of(new Write.DeleteNamespace(order.namespace())), attributes);
    CommitTicket ticket =
        new CommitTicket(
            batch,
            Durability.SYNC,
            System.nanoTime() + timeout.toNanos(),
            CommitPreparer.estimateBytes(batch));
    ticket.setPreparation(
        CompletableFuture.completedFuture(PreparedBatch.of(order, visible.version())));
    try {
      var _ = queue.reserve(ticket);
    } catch (NacreException e) {
      return CompletableFuture.failedFuture(e);
    }
    queue.add(ticket);
    return ticket.future;
  }

  /**
   * Writes a batch between two groups, without a version: rows that no read and no commit depends
   * on any more are dropped or replaced so. The caller builds the batch and leaves it alone until
   * the future completes; it is written as one, so it should not be larger than about {@link
   * #MAINTENANCE_BYTES}. Batches are written in the order of the calls, one between two groups, so
   * commits are never held up by more than one of them. The owner makes sure that nothing is
   * accepted after {@link #drain()}. Never blocks; never throws.
   *
   * <p>The future completes on an executor of the store: when the batch is written, and on stable
   * storage if {@code sync}; else with ResourceExhausted while the disk is full, which passes, or
   * with Unavailable, after which the store serves reads only. A batch whose future was cancelled
   * before its turn is not written.
   */
  public CompletableFuture<Void> maintain(GroupBatch batch, boolean sync) {
    return maintain(() -> batch, sync);
  }

  /**
   * The same with a batch that {@code prepare} makes on the committer's thread when its turn has
   * come, for rows that commits change: what it reads cannot change before its batch is written.
   * What it throws fails the future and nothing else.
   */
  public CompletableFuture<Void> maintain(Supplier<GroupBatch> prepare, boolean sync) {
    Throwable failed = failure;
    if (failed != null) {
      return CompletableFuture.failedFuture(GroupAnswers.readsOnly(failed));
    }
    MaintenanceTicket ticket = new MaintenanceTicket(prepare, sync, new CompletableFuture<>());
    maintenance.add(ticket);
    queue.wake();
    return ticket.future;
  }

  /** What the commit says of itself that ends expired records. */
  private static final CommitAttributes EXPIRY =
      new CommitAttributes(null, "expiry", null, Map.of());

  /**
   * Commits tombstones of records that have expired, each unless the record was written since it
   * was found. Never blocks.
   *
   * @param records at least one, found at or after visible version {@code readVersion}
   * @return as {@link #submit}; fails with Conflict when none of them is to expire any more
   */
  public CompletableFuture<Commit> expire(
      List<ExpiredRecord> records, long readVersion, Duration timeout) {
    List<Write> writes = new ArrayList<>(records.size());
    List<PreparedBatch.PreparedWrite> prepared = new ArrayList<>(records.size());
    long bytes = 0;
    for (ExpiredRecord record : records) {
      String namespace = record.namespace().name();
      writes.add(new Write.Delete(namespace, Keys.text(record.key()), WriteCondition.none()));
      prepared.add(
          new PreparedBatch.ExpiryWrite(
              namespace,
              record.key(),
              record.version(),
              new PreparedBatch.HeadRead(record.namespace().id(), record.head())));
      bytes += record.head().length;
    }
    Throwable failed = failure;
    if (failed != null) {
      return CompletableFuture.failedFuture(GroupAnswers.readsOnly(failed));
    }
    CommitTicket ticket =
        new CommitTicket(
            WriteBatch.of(writes, EXPIRY),
            Durability.ASYNC,
            System.nanoTime() + timeout.toNanos(),
            bytes);
    try {
      var _ = queue.reserve(ticket);
    } catch (NacreException e) {
      return CompletableFuture.failedFuture(e);
    }
    ticket.setPreparation(
        CompletableFuture.completedFuture(new PreparedBatch(prepared, readVersion, null, null)));
    queue.add(ticket);
    return ticket.future;
  }

  private record MaintenanceTicket(
      Supplier<GroupBatch> batch, boolean sync, CompletableFuture<Void> future) {}

  private void prepare(CommitTicket ticket, CommitQueue.Admission admission) {
    if (admission == CommitQueue.Admission.WAITS) {
      return;
    }
    if (ticket.bytes <= PREPARE_INLINE_BYTES
        && CommitPreparer.records(ticket.batch) <= PREPARE_INLINE_WRITES) {
      ticket.setPreparation(CompletableFuture.completedFuture(preparer.prepare(ticket.batch)));
    } else {
      ticket.setPreparation(
          CompletableFuture.supplyAsync(
              () -> preparer.prepare(ticket.batch), settings.executors().preparation()));
    }
  }

  /**
   * Commits everything accepted so far, then ends. The owner makes sure that nothing is submitted
   * any more. Blocks.
   */
  public void drain() {
    queue.stop();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // Leaving now would close RocksDB under the committer.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!queue.isDrained() || !maintenance.isEmpty()) {
      MaintenanceTicket due = maintenance.poll();
      if (due != null) {
        maintain(due);
      }
      if (queue.peek() == null) {
        if (due == null) {
          queue.park(maintenance::isEmpty);
        }
        continue;
      }
      try {
        commitGroup();
      } catch (RuntimeException | Error e) {
        // Out of memory, or a bug: what the group has become is not known, and its callers must
        // hear of it.
        fail(e);
      }
      group.clear();
    }
  }

  private void commitGroup() {
    long lastVersion = visible.version();
    long lastMicros = visible.timeMicros();
    boolean sync = false;
    for (CommitTicket ticket = queue.peek(); ticket != null; ticket = queue.peek()) {
      CompletableFuture<PreparedBatch> preparation = ticket.preparation();
      if ((!group.isEmpty() || group.hasRepeats())
          && (builder.batch().length() >= settings.groupBytes()
              || group.others() >= OTHERS_MAX
              || (preparation != null && !preparation.isDone()))) {
        break;
      }
      queue.remove();
      if (!claim(ticket)) {
        continue;
      }
      Visible added = addToGroup(ticket, preparation, lastVersion, lastMicros);
      if (added != null) {
        lastVersion = added.version();
        lastMicros = added.timeMicros();
        sync |= ticket.durability == Durability.SYNC;
      }
    }
    sync |= group.mustSync(durableVersion);
    if (!group.isEmpty()) {
      write(new Visible(lastVersion, lastMicros), sync);
    } else if (group.hasRepeats()) {
      repeat(sync);
    }
  }

  /** Answers retries of commits that are visible, with nothing new beside them. */
  private void repeat(boolean sync) {
    if (sync && diskFull) {
      // A log that could not be written must not be forced: RocksDB takes it for fatal.
      group.cannotSync();
      return;
    }
    if (sync) {
      long version = visible.version();
      try {
        settings.probe().beforeWrite();
        engine.sync();
      } catch (StorageFailure | RuntimeException | Error e) {
        // A failed fsync is never retried.
        fail(e);
        return;
      }
      durableVersion = version;
      reached(StorageProbe.Step.REPEAT_SYNCED);
    }
    group.acknowledge();
  }

  private void maintain(MaintenanceTicket due) {
    try {
      writeMaintenance(due);
    } catch (RuntimeException | Error e) {
      // As below: what it has become is not known, and this thread must live to say so.
      fail(e);
      tell(due, GroupAnswers.outcomeUnknown(e));
    }
  }

  private void writeMaintenance(MaintenanceTicket ticket) {
    if (ticket.future.isDone()) {
      return;
    }
    Throwable failed = failure;
    if (failed != null) {
      tell(ticket, GroupAnswers.readsOnly(failed));
      return;
    }
    GroupBatch batch;
    try {
      batch = ticket.batch.get();
    } catch (RuntimeException | Error e) {
      // Nothing was written: it fails alone.
      tell(ticket, e);
      return;
    }
    long version = visible.version();
    try {
      settings.probe().beforeWrite();
      reached(StorageProbe.Step.MAINTENANCE_BUILT);
      engine.write(batch, ticket.sync);
    } catch (StorageFailure e) {
      if (e.isDiskFull()) {
        diskIsFull(e);
        tell(ticket, group.fullDisk(e));
      } else {
        fail(e);
        tell(ticket, GroupAnswers.outcomeUnknown(e));
      }
      return;
    } catch (RuntimeException | Error e) {
      fail(e);
      tell(ticket, GroupAnswers.outcomeUnknown(e));
      return;
    }
    diskHasRoom();
    if (ticket.sync) {
      // One log holds the groups before it: they were forced with it.
      durableVersion = Math.max(durableVersion, version);
    }
    reached(StorageProbe.Step.MAINTENANCE_WRITTEN);
    settings.executors().completions().execute(() -> ticket.future.complete(null));
  }

  private void tell(MaintenanceTicket ticket, Throwable cause) {
    settings.executors().completions().execute(() -> ticket.future.completeExceptionally(cause));
  }

  private boolean claim(CommitTicket ticket) {
    if (!ticket.claim()) {
      return false;
    }
    Throwable failed = failure;
    if (failed != null) {
      group.tell(ticket, GroupAnswers.readsOnly(failed));
      return false;
    }
    return true;
  }

  /** Its version and time, or null when the commit was refused. */
  private @Nullable Visible addToGroup(
      CommitTicket ticket,
      @Nullable CompletableFuture<PreparedBatch> preparation,
      long lastVersion,
      long lastMicros) {
    try {
      // Whatever fails from here on, the clock included, is told to the caller: it is claimed.
      long version = lastVersion + 1;
      long micros = Math.max(Micros.of(settings.clock().instant()), lastMicros + 1);
      PreparedBatch prepared =
          preparation == null ? preparer.prepare(ticket.batch) : preparation.join();
      IdempotencyRow first = builder.first(prepared, micros);
      if (first != null) {
        ticket.commit =
            new Commit(first.version(), Micros.toInstant(first.timeMicros()), first.lineage());
        group.repeat(ticket);
        return null;
      }
      builder.add(prepared, ticket.batch.attributes(), version, micros, durableVersion);
      ticket.commit = new Commit(version, Micros.toInstant(micros), settings.lineage());
      group.add(ticket);
      return new Visible(version, micros);
    } catch (NacreException e) {
      group.refuse(ticket, e);
    } catch (CompletionException e) {
      group.refuse(ticket, e.getCause() == null ? e : e.getCause());
    } catch (RuntimeException | Error e) {
      LOG.error("a commit failed for an unforeseen reason and was not written", e);
      group.refuse(
          ticket,
          new UnavailableException(
              "the commit failed for an unforeseen reason (" + e + ") and was not written",
              Map.of("outcome", "none"),
              e));
    }
    return null;
  }

  private void write(Visible last, boolean sync) {
    startedVersion = last.version();
    CommitGroupEvent event = new CommitGroupEvent();
    event.begin();
    long begun = System.nanoTime();
    int bytes = builder.batch().length();
    try {
      settings.probe().beforeWrite();
      reached(StorageProbe.Step.GROUP_BUILT);
      engine.write(builder.batch(), sync);
      reached(StorageProbe.Step.GROUP_WRITTEN);
    } catch (StorageFailure e) {
      if (e.isDiskFull()) {
        refuseGroup(e);
      } else {
        fail(e);
      }
      return;
    } catch (RuntimeException | Error e) {
      fail(e);
      return;
    }
    groupWrites.record(System.nanoTime() - begun);
    event.end();
    if (event.shouldCommit()) {
      event.commits = group.size();
      event.bytes = bytes;
      event.sync = sync;
      event.version = last.version();
      event.commit();
    }
    builder.groupWritten();
    diskHasRoom();
    if (sync) {
      durableVersion = last.version();
    }
    visible = last;
    commits.addAndGet(group.size());
    groups.incrementAndGet();
    reached(StorageProbe.Step.GROUP_PUBLISHED);
    group.acknowledge();
    reached(StorageProbe.Step.GROUP_ACKNOWLEDGED);
    for (LongConsumer listener : listeners) {
      try {
        listener.accept(last.version());
      } catch (RuntimeException | Error e) {
        // The group is written and acknowledged, whatever becomes of a view.
        LOG.warn("a view failed to take the signal of version {}", last.version(), e);
      }
    }
  }

  /**
   * A full disk passes. RocksDB keeps nothing of the group in memory, refuses every write, and goes
   * on by itself (with a new log file) once there is room: so the group is taken back, its versions
   * are given again, and the next group tries.
   */
  private void refuseGroup(StorageFailure cause) {
    diskIsFull(cause);
    builder.groupRefused();
    startedVersion = visible.version();
    group.diskFull(cause);
  }

  private void diskIsFull(StorageFailure cause) {
    if (!diskFull) {
      LOG.error("the disk is full: writes are refused until there is room", cause);
      diskFull = true;
    }
  }

  private void diskHasRoom() {
    if (diskFull) {
      LOG.info("the disk has room again: writing goes on");
      diskFull = false;
    }
  }

  private void fail(Throwable cause) {
    LOG.error(
        "writing to storage failed; the store serves reads only until it is opened again", cause);
    failure = cause;
    group.failed(cause);
  }
}
