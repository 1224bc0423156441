package dev.nacre.vector;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.model.ReadPoint;
import dev.nacre.store.Store;
import dev.nacre.vector.exact.MemoryMeter;
import dev.nacre.vector.graph.GraphFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indexes of an engine: made when first searched, followed while they are being searched,
 * unloaded when memory is short, dropped with their namespace. Thread-safe.
 */
final class SpaceIndexes {
  private static final Logger LOG = LoggerFactory.getLogger(SpaceIndexes.class);

  /** An index is followed for this long after it was last searched. */
  private static final long FOLLOW_NANOS = 10_000_000_000L;

  /** Tens of thousands of indexes are not looked through at every commit. */
  private static final long SWEEP_NANOS = 1_000_000_000L;

  /** While nothing is published, what retention has dropped is looked for this often. */
  private static final long RETIRED_NANOS = 60_000_000_000L;

  /** Directories are looked through this often. */
  private static final long SWEEP_FILES_NANOS = 600_000_000_000L;

  private final Store store;
  private final MemoryMeter meter = new MemoryMeter();
  private final SpaceIndex.Settings settings;
  private final GraphBuilds builds;
  private final Map<Id, SpaceIndex> indexes = new ConcurrentHashMap<>();
  private final Set<SpaceIndex> followed = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean evicting = new AtomicBoolean();
  private long sweptNanos = System.nanoTime() - SWEEP_NANOS;
  private long sweptFilesNanos = System.nanoTime();

  /** Namespaces are known by id: a name that was deleted and created again is another one. */
  private record Id(int namespaceId, String space) {}

  SpaceIndexes(Store store, SpaceIndex.Settings settings, GraphBuilds builds) {
    this.store = store;
    this.settings = settings;
    this.builds = builds;
  }

  /** The index of a space, empty when it is new. */
  SpaceIndex of(Namespace namespace, EmbeddingSpace space) {
    Id id = new Id(namespace.id(), space.name());
    SpaceIndex index = indexes.get(id);
    if (index == null) {
      index =
          indexes.computeIfAbsent(
              id, _ -> new SpaceIndex(store, namespace, space, meter, settings));
    }
    if (!followed.contains(index)) {
      followed.add(index);
    }
    return index;
  }

  /** Whether a space is in memory as it is at {@code version}, or newer. */
  boolean isReady(int namespaceId, String space, long version, boolean withMetadata) {
    SpaceIndex index = indexes.get(new Id(namespaceId, space));
    return index != null && index.isReady(version, withMetadata);
  }

  /** After an index was searched: builds its graph and unloads others, when it is time. */
  void searched(SpaceIndex index) {
    builds.submit(index);
    if (meter.bytes() > settings.blockBytes()) {
      evict(index);
    }
  }

  /** After a past version of an index was searched: unloads others, when it is time. */
  void searchedPast(SpaceIndex index) {
    if (meter.bytes() > settings.blockBytes()) {
      evict(index);
    }
  }

  /** Asks for an epoch of an index; it is built in the background. */
  void wantEpoch(SpaceIndex index, long version) {
    index.epochs().want(version, builds);
  }

  /**
   * Brings the indexes that are in use up to date, and drops those whose namespace is gone; for the
   * follower's thread.
   *
   * @return nanoseconds after which it wants to be called again, whether anything is published or
   *     not
   */
  long follow() {
    ReadPoint now = store.now();
    followed.removeIf(index -> !followOrWarn(index, now));
    if (meter.bytes() > settings.blockBytes()) {
      evict(null);
    }
    long wait = sweptNanos + SWEEP_NANOS - System.nanoTime();
    if (wait > 0) {
      return wait;
    }
    for (SpaceIndex index : indexes.values()) {
      if (isGone(index, now)) {
        drop(index);
      } else {
        index.epochs().dropRetired(builds);
      }
    }
    sweptNanos = System.nanoTime();
    if (sweptNanos - sweptFilesNanos > SWEEP_FILES_NANOS) {
      // Those of spaces that nobody searches.
      sweptFilesNanos = sweptNanos;
      builds.run("delete old epochs", this::deleteOldEpochs);
    }
    // Retention goes on though nothing is published.
    return indexes.isEmpty() && store.indexDirectory().isEmpty() ? Long.MAX_VALUE : RETIRED_NANOS;
  }

  /** One that fails keeps nobody else from being followed. It catches up when it is searched. */
  private boolean followOrWarn(SpaceIndex index, ReadPoint now) {
    try {
      return follow(index, now);
    } catch (RuntimeException e) {
      if (!settings.closing().getAsBoolean()) {
        LOG.warn(
            "The {} cannot be kept up to date; the next search of it tries again", index.name(), e);
      }
      return false;
    }
  }

  /** Brings an index up to date; returns whether it stays followed. */
  private boolean follow(SpaceIndex index, ReadPoint now) {
    if (settings.closing().getAsBoolean()
        || !index.isLoaded()
        || index.idleNanos() > FOLLOW_NANOS
        || isGone(index, now)) {
      return false;
    }
    index.advanceTo(now.version());
    builds.submit(index);
    return true;
  }

  private boolean isGone(SpaceIndex index, ReadPoint at) {
    Optional<Namespace> live = store.namespace(at, index.namespace());
    return live.isEmpty() || live.get().id() != index.namespaceId();
  }

  /** Forgets an index, with its memory now and its files once nobody writes them. */
  private void drop(SpaceIndex index) {
    index.close();
    followed.remove(index);
    builds.run(
        "delete the " + index.name(),
        () -> {
          index.closeFiles(true);
          store
              .indexDirectory()
              .map(directory -> directory.resolve(Integer.toString(index.namespaceId())))
              .ifPresent(GraphFiles::deleteTree);
        });
    indexes.remove(new Id(index.namespaceId(), index.space().name()), index);
  }

  /** Forgets what indexes of a namespace hold; blocks until their files are gone. */
  void forget(int namespaceId) {
    List<SpaceIndex> there =
        indexes.values().stream().filter(index -> index.namespaceId() == namespaceId).toList();
    // At once, so that a build that is under way ends soon.
    there.forEach(SpaceIndex::forget);
    CompletableFuture<Void> deleted = new CompletableFuture<>();
    boolean accepted =
        builds.run(
            "delete the indexes of namespace id " + namespaceId,
            () -> {
              try {
                there.forEach(SpaceIndex::deleteFiles);
                store
                    .indexDirectory()
                    .map(directory -> directory.resolve(Integer.toString(namespaceId)))
                    .ifPresent(GraphFiles::deleteTree);
                deleted.complete(null);
              } catch (RuntimeException | Error e) {
                deleted.completeExceptionally(e);
              }
            },
            () -> deleted.completeExceptionally(closing()));
    if (!accepted) {
      throw closing();
    }
    try {
      deleted.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof DatabaseClosedException closed) {
        throw closed;
      }
      throw new UnavailableException(
          "index files of what was purged cannot be deleted: " + e.getCause(),
          Map.of("namespaceId", Integer.toString(namespaceId)),
          e);
    }
  }

  private static DatabaseClosedException closing() {
    return new DatabaseClosedException("the search engine is being closed");
  }

  /** Deletes the directories of namespaces that are gone; for the builder's thread. */
  void deleteOrphans() {
    Optional<Path> root = store.indexDirectory().filter(Files::isDirectory);
    if (root.isEmpty()) {
      return;
    }
    Set<String> live =
        store.namespaces(store.now()).stream()
            .map(namespace -> Integer.toString(namespace.id()))
            .collect(Collectors.toSet());
    List<Path> orphans;
    try (Stream<Path> entries = Files.list(root.get())) {
      orphans =
          entries
              .filter(entry -> entry.getFileName().toString().matches("[0-9]+"))
              .filter(entry -> !live.contains(entry.getFileName().toString()))
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    orphans.forEach(GraphFiles::deleteTree);
    deleteOldEpochs();
  }

  /** Deletes epochs of which retention has left nothing; for the builder's thread. */
  private void deleteOldEpochs() {
    Optional<Path> root = store.indexDirectory().filter(Files::isDirectory);
    if (root.isEmpty()) {
      return;
    }
    for (Namespace namespace : store.namespaces(store.now())) {
      long oldest = store.oldestReadable(namespace.id());
      if (oldest > 0) {
        EpochFiles.deleteBefore(root.get().resolve(Integer.toString(namespace.id())), oldest);
      }
    }
  }

  /** Unloads the least recently searched, except {@code spared}, until a tenth is free. */
  private void evict(@Nullable SpaceIndex spared) {
    if (!evicting.compareAndSet(false, true)) {
      return;
    }
    try {
      long excess = meter.bytes() - settings.blockBytes() / 10 * 9;
      Stream<Evictable> presents =
          indexes.values().stream()
              .filter(index -> index != spared && index.isLoaded())
              .map(index -> index);
      Stream<Evictable> pasts =
          indexes.values().stream().flatMap(index -> index.epochs().loaded().stream());
      List<Evictable> oldestFirst =
          Stream.concat(presents, pasts)
              .sorted(Comparator.comparingLong(Evictable::idleNanos).reversed())
              .toList();
      for (Evictable loaded : oldestFirst) {
        if (excess <= 0) {
          break;
        }
        excess -= loaded.unload();
      }
    } finally {
      evicting.set(false);
    }
  }

  Collection<SpaceIndex> all() {
    return indexes.values();
  }

  /** Bytes of blocks, graph tables and metadata. */
  long bytes() {
    return meter.bytes();
  }

  /** Gives all memory back; when no call is in and no build runs. */
  void close() {
    for (SpaceIndex index : indexes.values()) {
      index.close();
      index.closeFiles(false);
    }
  }
}
