package dev.nacre.vector;

import dev.nacre.error.DatabaseClosedException;
import dev.nacre.error.HistoryDroppedException;
import dev.nacre.model.AsOf;
import dev.nacre.model.DeclaredFields;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Operation;
import dev.nacre.model.ReadPoint;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.similarity.Vectors;
import dev.nacre.store.Pin;
import dev.nacre.store.Store;
import dev.nacre.store.StoredVector;
import dev.nacre.store.VectorSink;
import dev.nacre.vector.exact.MemoryMeter;
import dev.nacre.vector.graph.GraphSink;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Brings the contents of one space up to a version: by replaying the log, or, when that would read
 * more than there is, by comparing with a scan. Holds no state of its own.
 */
final class StoreFeed {
  /** Fewer changed keys than this are always replayed. */
  private static final int REPLAY_MIN = 1_000;

  private final Store store;
  private final String namespace;
  private final int namespaceId;
  private final EmbeddingSpace space;
  private final BooleanSupplier stop;

  StoreFeed(
      Store store, String namespace, int namespaceId, EmbeddingSpace space, BooleanSupplier stop) {
    this.store = store;
    this.namespace = namespace;
    this.namespaceId = namespaceId;
    this.space = space;
    this.stop = stop;
  }

  /**
   * What happened to one key since the version applied.
   *
   * @param version of its last change
   */
  private record Touched(long version, boolean deleted, boolean vector) {}

  /**
   * Applies the changes in (after, upTo].
   *
   * @param bytesMax the most a scan may take off the heap
   * @return false when a scan met that bound: the contents are incomplete
   */
  boolean advance(SpaceContents contents, long after, long upTo, long bytesMax) {
    int most = Math.max(REPLAY_MIN, contents.live() / 2);
    Map<String, Touched> touched = new LinkedHashMap<>();
    boolean[] again = new boolean[1];
    forgetOtherFields(contents, upTo);
    MetadataColumn column = contents.metadata();
    boolean withMetadata = column != null;
    boolean withValues = column != null && !column.declared().isEmpty();
    try {
      store.readLog(
          namespaceId,
          after,
          upTo,
          change -> {
            boolean deleted = change.operation() == Operation.DELETE;
            boolean vector = change.spaces().contains(space.name());
            if (touched.size() <= most
                && (deleted
                    || vector
                    || (withMetadata && change.metadata())
                    || (withValues && change.value()))) {
              touched.merge(
                  change.key(),
                  new Touched(change.version(), deleted, deleted || vector),
                  (former, latter) -> {
                    again[0] |= former.vector && latter.vector;
                    return new Touched(
                        latter.version, latter.deleted, former.vector || latter.vector);
                  });
            }
          });
    } catch (HistoryDroppedException e) {
      return scan(contents, upTo, bytesMax);
    }
    if (touched.size() > most) {
      return scan(contents, upTo, bytesMax);
    }
    float[] row = new float[SimilarityProvider.stride(space.dimension())];
    if (again[0]) {
      contents.passOver(after, upTo);
    }
    touched.forEach((key, what) -> apply(contents, key, what, upTo, row));
    return true;
  }

  private void apply(SpaceContents contents, String key, Touched what, long version, float[] row) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    if (what.vector) {
      Optional<StoredVector> vector =
          what.deleted ? Optional.empty() : store.vector(version, namespaceId, space, key);
      if (vector.isPresent()) {
        StoredVector stored = vector.get();
        System.arraycopy(stored.vector(), 0, row, 0, space.dimension());
        Vectors.prepare(space.metric(), row, space.dimension());
        int id = contents.put(bytes, stored.from(), row);
        setMetadata(contents, id, key, version);
        return;
      }
      contents.remove(bytes, what.version);
    }
    int id = contents.keys().find(bytes);
    if (id >= 0) {
      setMetadata(contents, id, key, version);
    }
  }

  private void setMetadata(SpaceContents contents, int id, String key, long version) {
    MetadataColumn column = contents.metadata();
    if (column != null) {
      Metadata metadata =
          store
              .get(everything(version), namespace, key, Set.of())
              .map(record -> column.declared().of(record.metadata(), record.value().orElse(null)))
              .orElse(Metadata.EMPTY);
      column.set(id, version, metadata, contents.oldestInUse(version));
    }
  }

  /**
   * Makes the contents equal to what a scan finds. Loaded metadata are forgotten.
   *
   * @return false when they would take more than {@code bytesMax} off the heap
   */
  boolean scan(SpaceContents contents, long version, long bytesMax) {
    contents.setMetadata(null);
    contents.forgetPast();
    BitSet seen = new BitSet();
    float[] row = new float[SimilarityProvider.stride(space.dimension())];
    scanHeld(
        version,
        (key, from, floats) -> {
          checkStop();
          byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
          int id = contents.keys().find(bytes);
          if (id < 0 || contents.from(id) != from) {
            Vectors.prepare(space.metric(), floats, space.dimension(), row);
            id = contents.put(bytes, from, row);
          }
          seen.set(id);
          return contents.block().bytes() <= bytesMax;
        });
    if (contents.block().bytes() > bytesMax) {
      return false;
    }
    contents.retainOnly(seen, version);
    return true;
  }

  /** Reads the metadata, and the declared fields, of the contents' keys as of a version. */
  void loadMetadata(SpaceContents contents, long version, MemoryMeter meter) {
    MetadataColumn column = new MetadataColumn(meter, declared(version));
    store.scanMetadata(
        everything(version),
        namespace,
        (key, metadata) -> {
          checkStop();
          int id = contents.keys().find(key.getBytes(StandardCharsets.UTF_8));
          if (id >= 0 && !metadata.isEmpty()) {
            column.set(id, version, metadata, version);
          }
          return true;
        });
    column.startFollowing();
    contents.setMetadata(column);
  }

  /** The fields of values that filters see as of a version. */
  private DeclaredFields declared(long version) {
    return store
        .namespace(everything(version), namespace)
        .map(found -> DeclaredFields.of(found.options().fields()))
        .orElse(DeclaredFields.NONE);
  }

  /** Forgets metadata that were loaded with other declared fields than those of a version. */
  private void forgetOtherFields(SpaceContents contents, long version) {
    MetadataColumn column = contents.metadata();
    if (column != null && !column.declared().equals(declared(version))) {
      contents.setMetadata(null);
    }
  }

  /** Hands every vector as of a version to a graph, straight from storage. */
  void feed(GraphSink sink, long version) {
    float[] row = new float[SimilarityProvider.stride(space.dimension())];
    scanHeld(
        version,
        (key, from, floats) -> {
          Vectors.prepare(space.metric(), floats, space.dimension(), row);
          sink.add(key.getBytes(StandardCharsets.UTF_8), from, row, space.dimension());
          return true;
        });
  }

  /** A long scan of what retention may be about to drop. */
  private void scanHeld(long version, VectorSink sink) {
    try (Pin _ = store.pin(AsOf.at(everything(version)), namespace)) {
      store.scanVectors(version, namespaceId, space, sink);
    }
  }

  /**
   * A read point at which nothing has expired yet: whether a record has is judged when hits are
   * read.
   */
  private ReadPoint everything(long version) {
    return new ReadPoint(version, Instant.EPOCH, store.lineage());
  }

  private void checkStop() {
    if (stop.getAsBoolean()) {
      throw new DatabaseClosedException("the search engine is being closed");
    }
  }
}
