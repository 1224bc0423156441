package dev.nacre.vector;

import dev.nacre.error.UnavailableException;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.store.StorageProbe.Step;
import dev.nacre.store.Store;
import dev.nacre.vector.exact.MemoryMeter;
import dev.nacre.vector.graph.GraphFiles;
import dev.nacre.vector.graph.GraphIndex;
import dev.nacre.vector.graph.GraphStamp;
import dev.nacre.view.View;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The view of one embedding space of one namespace: block and graph, following the log.
 *
 * <p><b>Invariants.</b> {@code contents} is touched under {@code lock} only. {@code current} is the
 * set of the newest version applied, or null when nothing is loaded; it owns one reference, and
 * whoever finds it fresh enough searches it without the lock. Graph files are touched by one thread
 * at a time: under {@code lock}, or by the builder while {@code building} is set.
 */
final class SpaceIndex implements View, Evictable {
  private static final Logger LOG = LoggerFactory.getLogger(SpaceIndex.class);

  /** Attempts to write a graph before it is left alone until the next opening. */
  private static final int FAILURES_MAX = 3;

  private final Store store;
  private final String namespace;
  private final int namespaceId;
  private final EmbeddingSpace space;
  private final MemoryMeter meter;
  private final Settings settings;
  private final StoreFeed feed;
  private final GraphFiles files;
  private final SpaceEpochs epochs;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicBoolean building = new AtomicBoolean();
  private volatile @Nullable SpaceSet current;
  private volatile boolean tooLarge;
  private volatile boolean closed;
  private final AtomicInteger failures = new AtomicInteger();
  private volatile long searchedNanos = System.nanoTime();
  private @Nullable SpaceContents contents;

  /**
   * What all indexes of an engine share.
   *
   * @param blockBytes the most one block may take
   * @param policy when to build graphs
   * @param closing whether the engine is being closed
   */
  record Settings(long blockBytes, GraphPolicy policy, BooleanSupplier closing) {}

  SpaceIndex(
      Store store,
      Namespace namespace,
      EmbeddingSpace space,
      MemoryMeter meter,
      Settings settings) {
    this.store = store;
    this.namespace = namespace.name();
    this.namespaceId = namespace.id();
    this.space = space;
    this.meter = meter;
    this.settings = settings;
    this.feed = new StoreFeed(store, this.namespace, namespaceId, space, settings.closing);
    this.files =
        new GraphFiles(
            store
                .indexDirectory()
                .map(directory -> GraphFiles.pathOf(directory, namespaceId, space))
                .orElse(null),
            space);
    this.epochs = new SpaceEpochs(store, namespace, space, meter, settings);
  }

  @Override
  public String name() {
    return "vectors of " + namespace + "/" + space.name();
  }

  String namespace() {
    return namespace;
  }

  int namespaceId() {
    return namespaceId;
  }

  EmbeddingSpace space() {
    return space;
  }

  @Override
  public long appliedVersion() {
    SpaceSet set = current;
    return set == null ? 0 : set.version();
  }

  /** Whether anything is in memory. */
  boolean isLoaded() {
    return current != null;
  }

  /** Whether a graph is being built or extended. */
  boolean isBuilding() {
    return building.get();
  }

  /** Its past. */
  SpaceEpochs epochs() {
    return epochs;
  }

  /** The graph in use; for statistics: its numbers may be read, nothing else. */
  @Nullable GraphLayer graph() {
    SpaceSet set = current;
    return set == null ? null : set.layer();
  }

  /**
   * A set at {@code version} or newer, loaded or brought up to date when needed; the caller
   * releases it. Null when the space is too large for memory and has no graph yet.
   *
   * @param withMetadata whether filters will be asked
   */
  @Nullable SpaceSet acquire(long version, boolean withMetadata) {
    searchedNanos = System.nanoTime();
    SpaceSet ready = ready(version, withMetadata);
    if (ready != null) {
      return ready;
    }
    lock.lock();
    try {
      ready = ready(version, withMetadata);
      if (ready != null) {
        return ready;
      }
      advanceLocked(version);
      SpaceContents loaded = contents;
      SpaceSet set = current;
      if (loaded == null || set == null) {
        return null;
      }
      if (withMetadata && loaded.metadata() == null) {
        feed.loadMetadata(loaded, set.version(), meter);
        set = publish(loaded, set.version());
      }
      set.retain();
      return set;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void advanceTo(long version) {
    if (appliedVersion() < version) {
      lock.lock();
      try {
        advanceLocked(version);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Whether {@link #acquire} would neither load, nor wait for somebody who does. */
  boolean isReady(long version, boolean withMetadata) {
    SpaceSet set = current;
    return set != null && set.version() >= version && (!withMetadata || set.metadata() != null);
  }

  private @Nullable SpaceSet ready(long version, boolean withMetadata) {
    SpaceSet set = current;
    return set != null
            && set.version() >= version
            && (!withMetadata || set.metadata() != null)
            && set.tryRetain()
        ? set
        : null;
  }

  private void advanceLocked(long version) {
    if (closed) {
      return;
    }
    if (contents != null && isPurged(appliedVersion())) {
      // Ending rows would leave them in memory.
      unloadLocked();
    }
    SpaceContents loaded = contents;
    long applied = appliedVersion();
    if (loaded == null) {
      loaded = openGraph(version);
      if (loaded == null) {
        if (tooLarge) {
          return;
        }
        loaded = SpaceContents.empty(space, meter);
        applied = -1;
      } else {
        applied = Objects.requireNonNull(loaded.layer()).index().version();
      }
    } else if (applied >= version) {
      return;
    }
    boolean done = false;
    try {
      boolean complete =
          applied < 0
              ? feed.scan(loaded, version, settings.blockBytes)
              : feed.advance(loaded, applied, version, settings.blockBytes);
      if (complete) {
        if (loaded.wastesKeys()) {
          loaded = replaced(loaded, loaded.rebuilt(sameGraph(loaded)));
        } else {
          loaded.compactBlock();
        }
        contents = loaded;
        tooLarge = false;
        SpaceSet _ = publish(loaded, version);
        done = true;
      } else {
        tooLarge = true;
      }
    } finally {
      if (!done && contents != loaded) {
        loaded.close();
      } else if (!done) {
        // Half of the changes are in: nothing may be published of that.
        unloadLocked();
      }
    }
    if (!done) {
      unloadLocked();
    }
  }

  /** The contents of the graph on disk, when there is one that serves. */
  private @Nullable SpaceContents openGraph(long version) {
    if (building.get()) {
      return null;
    }
    GraphIndex index = files.open(GraphStamp.of(store.lineage(), version, space));
    if (index != null && isPurged(index.version())) {
      index.release();
      files.delete();
      return null;
    }
    return index == null ? null : SpaceContents.of(space, meter, index);
  }

  /** Whether something of the namespace was purged after a version. */
  private boolean isPurged(long version) {
    return store.purgedVersion(namespaceId) > version;
  }

  /** Lets go of what was loaded before something was purged; the next search loads anew. */
  void forget() {
    epochs.forget();
    lock.lock();
    try {
      if (isPurged(appliedVersion())) {
        unloadLocked();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Deletes its files, whatever is in them; for the builder's thread. */
  void deleteFiles() {
    epochs.deleteFiles();
    lock.lock();
    try {
      unloadLocked();
      files.delete();
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable GraphIndex sameGraph(SpaceContents contents) {
    GraphLayer layer = contents.layer();
    if (layer == null) {
      return null;
    }
    layer.index().retain();
    return layer.index();
  }

  private static SpaceContents replaced(SpaceContents former, SpaceContents next) {
    former.close();
    return next;
  }

  private SpaceSet publish(SpaceContents loaded, long version) {
    SpaceSet next = loaded.publish(version);
    SpaceSet former = current;
    current = next;
    if (former != null) {
      former.release();
    }
    return next;
  }

  /** What the graph needs now; cheap. */
  private GraphPolicy.Work graphWork() {
    if (failures.get() >= FAILURES_MAX) {
      return GraphPolicy.Work.NONE;
    }
    if (tooLarge) {
      return GraphPolicy.Work.BUILD;
    }
    SpaceSet set = current;
    GraphPolicy.Work work = set == null ? GraphPolicy.Work.NONE : settings.policy.work(set);
    // What could not be extended may be gone: it is written anew.
    return failures.get() > 0 && work == GraphPolicy.Work.EXTEND ? GraphPolicy.Work.BUILD : work;
  }

  /** Whether the caller is the one to build now; it calls {@link #build} then. */
  boolean claimBuild() {
    if (building.get() || graphWork() == GraphPolicy.Work.NONE) {
      return false;
    }
    // Under the lock, so that nobody is opening the files.
    lock.lock();
    try {
      return !closed && building.compareAndSet(false, true);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Builds or extends the graph and takes it into use; for the builder's thread, after {@link
   * #claimBuild}. Searches and catch-up go on meanwhile.
   */
  void build() {
    try {
      GraphPolicy.Work work = graphWork();
      SpaceSet set = current;
      if (tooLarge) {
        long version = store.now().version();
        write(GraphFiles.Mode.BUILD, version, sink -> feed.feed(sink, version));
      } else if (work != GraphPolicy.Work.NONE && set != null && set.tryRetain()) {
        try {
          GraphFeed vectors = new GraphFeed(set, space);
          if (work == GraphPolicy.Work.BUILD) {
            write(GraphFiles.Mode.BUILD, set.version(), vectors::all);
          } else {
            write(GraphFiles.Mode.EXTEND, set.version(), vectors::changed);
          }
        } finally {
          set.release();
        }
      }
    } catch (CancellationException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError e) {
      failures.incrementAndGet();
      throw e;
    } finally {
      building.set(false);
    }
  }

  private void write(GraphFiles.Mode mode, long version, GraphFiles.Source source) {
    BooleanSupplier stop = () -> closed || settings.closing.getAsBoolean() || isPurged(version);
    GraphIndex index;
    try {
      if (store.indexDirectory().isPresent()) {
        // A graph ahead of the store after a power cut would be thrown away.
        store.ensureDurable(version);
      }
      store.reached(Step.INDEX_BEGUN);
      GraphFiles.Source fed =
          sink -> {
            source.feed(sink);
            store.reached(Step.INDEX_FED);
          };
      index = files.write(mode, GraphStamp.of(store.lineage(), version, space), fed, stop);
      store.reached(Step.INDEX_COMMITTED);
      failures.set(0);
    } catch (UncheckedIOException | UnavailableException e) {
      failures.incrementAndGet();
      LOG.warn(
          "The graph of the {} cannot be written (attempt {} of {}); searches stay exact",
          name(),
          failures,
          FAILURES_MAX,
          e);
      files.close();
      return;
    }
    adopt(index, version);
    store.reached(Step.INDEX_ADOPTED);
  }

  /** Takes a graph that was just written into use. */
  private void adopt(GraphIndex index, long version) {
    lock.lock();
    try {
      SpaceContents former = contents;
      if (isPurged(version)) {
        index.release();
        files.delete();
        return;
      }
      if (closed || (former == null && !tooLarge)) {
        // Unloaded meanwhile: the files are opened when it is searched again.
        index.release();
        return;
      }
      SpaceContents next =
          former == null ? SpaceContents.of(space, meter, index) : former.rebuilt(index);
      contents = next;
      tooLarge = false;
      SpaceSet _ = publish(next, former == null ? version : appliedVersion());
      if (former != null) {
        former.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /** For how long it has not been searched. */
  @Override
  public long idleNanos() {
    return System.nanoTime() - searchedNanos;
  }

  /** Whether it was closed: with the engine, or because its namespace is gone. */
  boolean isClosed() {
    return closed;
  }

  /**
   * Gives the memory back, unless somebody is at work on it; the next search loads again. Answers
   * about how much will be free when the searches that use it have ended.
   */
  @Override
  public long unload() {
    if (!lock.tryLock()) {
      return 0;
    }
    try {
      SpaceContents loaded = contents;
      long bytes = loaded == null ? 0 : loaded.bytes();
      unloadLocked();
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  private void unloadLocked() {
    SpaceSet former = current;
    current = null;
    if (contents != null) {
      contents.close();
      contents = null;
    }
    if (former != null) {
      former.release();
    }
  }

  /** Gives the memory back for good; files stay. The builder must have ended. */
  @Override
  public void close() {
    epochs.close();
    lock.lock();
    try {
      closed = true;
      unloadLocked();
    } finally {
      lock.unlock();
    }
  }

  /** Closes the files, and deletes them when asked; after {@link #close} and the last build. */
  void closeFiles(boolean delete) {
    epochs.closeFiles(delete);
    if (delete) {
      files.delete();
    } else {
      files.close();
    }
  }
}
