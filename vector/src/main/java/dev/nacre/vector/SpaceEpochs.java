package dev.nacre.vector;

import dev.nacre.error.HistoryDroppedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.store.StorageProbe.Step;
import dev.nacre.store.Store;
import dev.nacre.vector.exact.MemoryMeter;
import dev.nacre.vector.graph.GraphFiles;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The epochs of one space: opened and built in the background where searches of the past ask for
 * them, dropped when retention or a purge takes what is in them.
 *
 * <p><b>Invariants.</b> Searches look through {@code slots} without a lock. Slots are added, filled
 * and removed under {@code lock}. Files are opened, written and deleted by the builder's thread
 * only, and by {@link #closeFiles} when it has ended.
 */
final class SpaceEpochs {
  private static final Logger LOG = LoggerFactory.getLogger(SpaceEpochs.class);

  /** Versions that wait for an epoch; more are forgotten, and asked for again. */
  private static final int WANTED_MAX = 32;

  /**
   * After an epoch was not worth its while, nothing is looked at for so long: it costs a search.
   */
  private static final long PAUSE_NANOS = 1_000_000_000L;

  /** Attempts to write an epoch before they are left alone until the next opening. */
  private static final int FAILURES_MAX = 3;

  private final Store store;
  private final String name;
  private final int namespaceId;
  private final EmbeddingSpace space;
  private final EpochPolicy policy;
  private final BooleanSupplier closing;
  private final EpochFiles files;
  private final EpochCut cut;
  private final EpochBuilder builder;
  private final Object lock = new Object();
  private final List<EpochSlot> slots = new CopyOnWriteArrayList<>();
  private final List<Long> wanted = new ArrayList<>();
  private final AtomicBoolean busy = new AtomicBoolean();
  private final AtomicBoolean dropping = new AtomicBoolean();
  private volatile boolean closed;
  private boolean listed;
  private int failures;
  private long refusedNanos = System.nanoTime() - PAUSE_NANOS;

  SpaceEpochs(
      Store store,
      Namespace namespace,
      EmbeddingSpace space,
      MemoryMeter meter,
      SpaceIndex.Settings settings) {
    this.store = store;
    this.name = "vectors of " + namespace.name() + "/" + space.name();
    this.namespaceId = namespace.id();
    this.space = space;
    this.policy = new EpochPolicy(settings.policy(), settings.blockBytes());
    this.closing = settings.closing();
    this.files = new EpochFiles(store.indexDirectory(), namespaceId, space);
    this.cut =
        new EpochCut(store, namespaceId, space, policy, () -> closed || closing.getAsBoolean());
    this.builder = new EpochBuilder(store, namespace.name(), namespaceId, space, meter);
  }

  EpochPolicy policy() {
    return policy;
  }

  /** The epoch that covers a version, which the caller releases; null when none is in memory. */
  @Nullable Epoch acquire(long version) {
    for (EpochSlot slot : slots) {
      if (slot.covers(version) && !isPurged(slot.range())) {
        Epoch epoch = slot.acquire();
        if (epoch != null) {
          return epoch;
        }
      }
    }
    return null;
  }

  /** Asks for an epoch that covers a version; cheap. */
  void want(long version, GraphBuilds builds) {
    synchronized (lock) {
      if (closed
          || failures >= FAILURES_MAX
          || wanted.size() == WANTED_MAX
          || wanted.contains(version)
          || System.nanoTime() - refusedNanos < PAUSE_NANOS) {
        return;
      }
      wanted.add(version);
    }
    submit(builds);
  }

  /** Whether an epoch is being opened or built, or waits for that. */
  boolean isBuilding() {
    return busy.get();
  }

  /** The epochs that are in memory. */
  List<EpochSlot> loaded() {
    return slots.stream().filter(EpochSlot::isLoaded).toList();
  }

  private void submit(GraphBuilds builds) {
    if (busy.compareAndSet(false, true)
        && !builds.run(
            "prepare an epoch of the " + name, () -> prepareNext(builds), () -> busy.set(false))) {
      busy.set(false);
    }
  }

  private void prepareNext(GraphBuilds builds) {
    Long version;
    synchronized (lock) {
      version = wanted.isEmpty() ? null : wanted.getFirst();
    }
    try {
      if (version != null && !closed && !closing.getAsBoolean()) {
        prepare(version);
      }
    } catch (CancellationException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError e) {
      countFailure();
      throw e;
    } finally {
      boolean more;
      synchronized (lock) {
        wanted.remove(version);
        // Before anybody else adds one, who would find it busy and leave it to us.
        busy.set(false);
        more = !wanted.isEmpty() && !closed;
      }
      if (more) {
        submit(builds);
      }
    }
  }

  private void prepare(long version) {
    list();
    dropUnreadable();
    EpochSlot there = covering(version);
    if (there != null && (there.isLoaded() || open(there))) {
      return;
    }
    EpochSlot before = before(version);
    if (before != null && cut.isUnchanged(before.range().last(), version)) {
      before.stretch(version);
      if (before.isLoaded() || open(before)) {
        return;
      }
    }
    if (version < store.oldestReadable(namespaceId)) {
      return;
    }
    try {
      build(version);
    } catch (HistoryDroppedException e) {
      LOG.debug("History was dropped while an epoch of the {} was read", name, e);
    }
  }

  private void build(long version) {
    List<EpochRange> ranges = slots.stream().map(EpochSlot::range).toList();
    EpochCut.Cut found = cut.around(version, ranges, store.now().version());
    if (found == null || !makeRoom(found)) {
      synchronized (lock) {
        refusedNanos = System.nanoTime();
      }
      return;
    }
    EpochRange range = found.range();
    BooleanSupplier stop =
        () ->
            closed
                || closing.getAsBoolean()
                || isPurged(range)
                || range.first() < store.oldestReadable(namespaceId);
    EpochSlot built =
        policy.usesBlock(found.live(), 4L * space.dimension())
            ? block(range, stop)
            : graph(range, stop);
    if (built != null && found.replaced() != null) {
      slots.stream()
          .filter(slot -> slot != built && slot.range().equals(found.replaced()))
          .findFirst()
          .ifPresent(this::remove);
    }
  }

  private EpochSlot block(EpochRange range, BooleanSupplier stop) {
    EpochSlot slot = new EpochSlot(range, null, lock);
    adopt(slot, builder.block(range, stop));
    return slot;
  }

  private @Nullable EpochSlot graph(EpochRange range, BooleanSupplier stop) {
    GraphFiles graph = files.of(range);
    EpochSlot slot = new EpochSlot(range, graph, lock);
    boolean written = false;
    try {
      Epoch epoch = builder.graph(range, graph, stop);
      written = true;
      adopt(slot, epoch);
      store.reached(Step.INDEX_ADOPTED);
      synchronized (lock) {
        failures = 0;
      }
      return slot;
    } catch (UncheckedIOException | UnavailableException e) {
      countFailure();
      LOG.warn("An epoch of the {} cannot be written; searches stay exact", name, e);
      return null;
    } finally {
      if (!written) {
        deleteOrWarn(graph);
      }
    }
  }

  private void countFailure() {
    synchronized (lock) {
      failures++;
    }
  }

  /** Takes what was opened or built into use, unless it must not be any more. */
  private void adopt(EpochSlot slot, Epoch epoch) {
    synchronized (lock) {
      if (!closed && !isPurged(slot.range())) {
        slot.set(epoch);
        if (!slots.contains(slot)) {
          slots.add(slot);
        }
        return;
      }
    }
    epoch.release();
    if (slot.files() != null && !closed) {
      deleteOrWarn(slot.files());
    }
  }

  /** Opens an epoch from its files; false, and it is gone, when they do not serve. */
  private boolean open(EpochSlot slot) {
    GraphFiles graph = slot.files();
    Epoch epoch = graph == null ? null : builder.open(slot.range(), graph);
    if (epoch == null) {
      remove(slot);
      return false;
    }
    adopt(slot, epoch);
    return slot.isLoaded();
  }

  /** Finds what former processes left, once. What cannot serve is deleted. */
  private void list() {
    if (listed) {
      return;
    }
    long now = store.now().version();
    for (EpochRange range : files.list()) {
      GraphFiles graph = files.of(range);
      if (range.built() > now || isPurged(range) || !graph.exists()) {
        deleteOrWarn(graph);
      } else {
        synchronized (lock) {
          slots.add(new EpochSlot(range, graph, lock));
        }
      }
    }
    listed = true;
  }

  /** Lets go of epochs that retention has taken versions from, and of those before a purge. */
  private void dropUnreadable() {
    long oldest = slots.isEmpty() ? 0 : store.oldestReadable(namespaceId);
    for (EpochSlot slot : slots) {
      if (slot.range().last() < oldest || isPurged(slot.range())) {
        remove(slot);
      }
    }
  }

  /**
   * Drops what retention has left nothing of, in the background: the memory of it at once, its
   * files when the builder comes to it. Once at a time; cheap when there is nothing.
   */
  void dropRetired(GraphBuilds builds) {
    if (!hasUnreadable() || !dropping.compareAndSet(false, true)) {
      return;
    }
    long oldest = store.oldestReadable(namespaceId);
    for (EpochSlot slot : slots) {
      if (slot.range().last() < oldest) {
        long _ = slot.unload();
      }
    }
    Runnable over = () -> dropping.set(false);
    boolean accepted =
        builds.run(
            "drop old epochs of the " + name,
            () -> {
              try {
                dropUnreadable();
              } finally {
                over.run();
              }
            },
            over);
    if (!accepted) {
      over.run();
    }
  }

  /** Whether retention has left nothing of some epoch; cheap. */
  private boolean hasUnreadable() {
    if (slots.isEmpty()) {
      return false;
    }
    long oldest = store.oldestReadable(namespaceId);
    return slots.stream().anyMatch(slot -> slot.range().last() < oldest);
  }

  /** Makes room for one more; false when every other one is in use. */
  private boolean makeRoom(EpochCut.Cut found) {
    int most =
        store.indexDirectory().isPresent()
            ? EpochPolicy.EPOCHS_MAX
            : EpochPolicy.EPOCHS_IN_MEMORY_MAX;
    if (found.replaced() != null || slots.size() < most) {
      return true;
    }
    Optional<EpochSlot> oldest = slots.stream().max(Comparator.comparingLong(EpochSlot::idleNanos));
    if (oldest.isEmpty() || oldest.get().idleNanos() < EpochPolicy.SPARED_NANOS) {
      return false;
    }
    remove(oldest.get());
    return true;
  }

  private void remove(EpochSlot slot) {
    synchronized (lock) {
      slots.remove(slot);
      long _ = slot.unload();
    }
    if (slot.files() != null) {
      deleteOrWarn(slot.files());
    }
  }

  private @Nullable EpochSlot covering(long version) {
    return slots.stream()
        .filter(slot -> slot.covers(version))
        .max(Comparator.comparing(EpochSlot::isLoaded))
        .orElse(null);
  }

  private @Nullable EpochSlot before(long version) {
    return slots.stream()
        .filter(slot -> slot.range().last() < version)
        .max(Comparator.comparingLong(slot -> slot.range().last()))
        .orElse(null);
  }

  /** Whether something of the namespace was purged after an epoch was read. */
  private boolean isPurged(EpochRange range) {
    return store.purgedVersion(namespaceId) > range.built();
  }

  private void deleteOrWarn(GraphFiles graph) {
    try {
      graph.delete();
    } catch (UncheckedIOException e) {
      LOG.warn("An epoch of the {} cannot be deleted; it is not used any more", name, e);
    }
  }

  /** Lets go of the memory of what was read before something was purged. */
  void forget() {
    for (EpochSlot slot : slots) {
      if (isPurged(slot.range())) {
        long _ = slot.unload();
      }
    }
  }

  /**
   * Deletes everything it knows of, whatever is in it; for the builder's thread, which deletes the
   * directory of the namespace afterwards.
   *
   * @throws UncheckedIOException when a file cannot be deleted
   */
  void deleteFiles() {
    for (EpochSlot slot : slots) {
      long _ = slot.unload();
      if (slot.files() != null) {
        slot.files().delete();
      }
    }
    slots.clear();
  }

  /** Gives the memory back for good; files stay. */
  void close() {
    synchronized (lock) {
      closed = true;
      wanted.clear();
      for (EpochSlot slot : slots) {
        long _ = slot.unload();
      }
    }
  }

  /** Closes the files, and deletes them when asked; after {@link #close} and the last build. */
  void closeFiles(boolean delete) {
    if (delete) {
      deleteFiles();
      return;
    }
    for (EpochSlot slot : slots) {
      if (slot.files() != null) {
        slot.files().close();
      }
    }
  }
}
