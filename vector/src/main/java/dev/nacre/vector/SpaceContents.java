package dev.nacre.vector;

import dev.nacre.model.EmbeddingSpace;
import dev.nacre.similarity.SimilarityProvider;
import dev.nacre.vector.exact.KeyTable;
import dev.nacre.vector.exact.MemoryMeter;
import dev.nacre.vector.exact.VectorBlock;
import dev.nacre.vector.graph.GraphIndex;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The writer's side of a space: which row of the block, or document of the graph, is each key's
 * vector. Not thread-safe: everything happens under the index's lock. Readers see it through the
 * {@link SpaceSet}s it publishes, never directly.
 *
 * <p>Every change can be repeated without harm, so that a catch-up that failed half-way is simply
 * done again.
 */
final class SpaceContents {
  private static final int NOWHERE = Integer.MIN_VALUE;
  private static final int SLACK = 1024;

  private final EmbeddingSpace space;
  private final MemoryMeter meter;
  private final KeyTable keys = new KeyTable();
  private final ArrayDeque<SpaceSet> published = new ArrayDeque<>();
  private final @Nullable GraphLayer layer;
  private VectorBlock block;
  private @Nullable MetadataColumn metadata;

  /** Null until published: everything from that version on. */
  private @Nullable KnownPast past;

  /** Of each key: its row, or the complement of its document, or {@link #NOWHERE}. */
  private int[] places = new int[16];

  private int live;

  private SpaceContents(EmbeddingSpace space, MemoryMeter meter, @Nullable GraphLayer layer) {
    this.space = space;
    this.meter = meter;
    this.layer = layer;
    this.block = new VectorBlock(space.dimension(), meter);
    Arrays.fill(places, NOWHERE);
    if (layer != null) {
      meter.add(layer.bytes());
    }
  }

  /** Nothing yet. */
  static SpaceContents empty(EmbeddingSpace space, MemoryMeter meter) {
    return new SpaceContents(space, meter, null);
  }

  /** What a graph that was just opened holds; takes over the caller's reference. */
  static SpaceContents of(EmbeddingSpace space, MemoryMeter meter, GraphIndex index) {
    GraphLayer layer = new GraphLayer(index);
    SpaceContents contents = new SpaceContents(space, meter, layer);
    contents.past = KnownPast.from(index.version());
    boolean read = false;
    try {
      index.docs(
          (doc, key, from, deleted) -> {
            if (!deleted) {
              int id = contents.keys.add(key);
              layer.set(doc, id, from, VectorBlock.LIVE);
              contents.place(id, ~doc);
            }
          });
      read = true;
      return contents;
    } finally {
      if (!read) {
        contents.close();
      }
    }
  }

  /**
   * The same contents on another graph, or on the same one, in new memory without anything dead.
   * The caller publishes and closes them, and closes these.
   *
   * @param index the graph from now on, or null; the caller's reference is taken over
   */
  SpaceContents rebuilt(@Nullable GraphIndex index) {
    GraphLayer next = index == null ? null : new GraphLayer(index);
    SpaceContents fresh = new SpaceContents(space, meter, next);
    boolean complete = false;
    try {
      fill(fresh, index, next);
      complete = true;
      return fresh;
    } finally {
      if (!complete) {
        fresh.close();
      }
    }
  }

  private void fill(SpaceContents fresh, @Nullable GraphIndex index, @Nullable GraphLayer next) {
    if (index != null && next != null) {
      index.docs(
          (doc, key, from, deleted) -> {
            if (deleted) {
              return;
            }
            int old = keys.find(key);
            int id = fresh.keys.add(key);
            // A document is alive when its key's vector is still the one this version wrote.
            if (old != KeyTable.NONE && from(old) == from) {
              next.set(doc, id, from, VectorBlock.LIVE);
              fresh.place(id, ~doc);
            } else {
              next.set(doc, id, from, GraphLayer.SUPERSEDED);
            }
          });
    }
    float[] row = new float[SimilarityProvider.stride(space.dimension())];
    for (int old = 0; old < keys.size(); old++) {
      int place = placeOf(old);
      if (place == NOWHERE) {
        continue;
      }
      int id = fresh.keys.add(keys.bytes(old));
      if (fresh.placeOf(id) == NOWHERE) {
        fresh.append(id, from(old), vector(place, row));
      }
    }
    if (metadata != null) {
      fresh.metadata = new MetadataColumn(meter, metadata.declared());
      for (int old = 0; old < keys.size(); old++) {
        int id = fresh.keys.find(keys.bytes(old));
        if (id != KeyTable.NONE) {
          metadata.copyTo(old, fresh.metadata, id);
        }
      }
    }
  }

  /** The vector at a place; one that only a graph we are leaving holds is read from there. */
  private float[] vector(int place, float[] target) {
    if (place >= 0) {
      block.copy(place, target);
    } else {
      Objects.requireNonNull(layer).index().vectors().copy(~place, target);
    }
    return target;
  }

  KeyTable keys() {
    return keys;
  }

  VectorBlock block() {
    return block;
  }

  @Nullable GraphLayer layer() {
    return layer;
  }

  @Nullable MetadataColumn metadata() {
    return metadata;
  }

  /** Replaces the metadata; null forgets them. */
  void setMetadata(@Nullable MetadataColumn column) {
    if (metadata != null) {
      metadata.release();
    }
    metadata = column;
  }

  /** Which versions the intervals can tell; known once published. */
  KnownPast past() {
    return Objects.requireNonNull(past, "not published");
  }

  /** Versions between two were passed over: what a key was there is not known. */
  void passOver(long after, long upTo) {
    if (past != null) {
      past = past.without(after, upTo);
    }
  }

  /** What was before the version that is published next is not known any more. */
  void forgetPast() {
    past = null;
  }

  /** Bytes taken. */
  long bytes() {
    return block.bytes()
        + (layer == null ? 0 : layer.bytes())
        + (metadata == null ? 0 : metadata.bytes());
  }

  /** Vectors that are alive. */
  int live() {
    return live;
  }

  /** The version that wrote a key's vector, or -1 when it has none. */
  long from(int id) {
    int place = placeOf(id);
    if (place == NOWHERE) {
      return -1;
    }
    return place >= 0 ? block.from(place) : Objects.requireNonNull(layer).from(~place);
  }

  /**
   * A key's vector from a version on; returns the key's number.
   *
   * @param vector prepared and padded
   */
  int put(byte[] key, long from, float[] vector) {
    int id = keys.add(key);
    if (from(id) != from) {
      end(id, from);
      append(id, from, vector);
    }
    return id;
  }

  /** From {@code version} on the key has no vector. */
  void remove(byte[] key, long version) {
    int id = keys.find(key);
    if (id != KeyTable.NONE) {
      end(id, version);
    }
  }

  /** From {@code version} on no key has a vector except the ones in {@code ids}. */
  void retainOnly(BitSet ids, long version) {
    for (int id = ids.nextClearBit(0); id < keys.size(); id = ids.nextClearBit(id + 1)) {
      end(id, version);
    }
  }

  /** The oldest version that a set in use is at, at most {@code newest}. */
  long oldestInUse(long newest) {
    long oldest = newest;
    for (SpaceSet set : published) {
      oldest = set.isFreed() ? oldest : Math.min(oldest, set.version());
    }
    return oldest;
  }

  /** The contents as of now, as a set at {@code version}. */
  SpaceSet publish(long version) {
    published.removeIf(SpaceSet::isFreed);
    if (past == null) {
      past = KnownPast.from(version);
    }
    SpaceSet set = new SpaceSet(version, this);
    published.add(set);
    return set;
  }

  /** Whether most of the key table is for keys without a vector. */
  boolean wastesKeys() {
    int inGraph = layer == null ? 0 : layer.docs();
    return keys.size() > 2L * Math.max(live, inGraph) + SLACK;
  }

  /** Gives the room of ended rows back, when they are more than half. */
  void compactBlock() {
    if (block.ended() <= SLACK || block.ended() * 2L <= block.rows()) {
      return;
    }
    forgetPast();
    VectorBlock former = block;
    VectorBlock fresh = new VectorBlock(space.dimension(), meter);
    float[] row = new float[SimilarityProvider.stride(space.dimension())];
    for (int i = 0; i < former.rows(); i++) {
      if (former.to(i) == VectorBlock.LIVE) {
        former.copy(i, row);
        places[former.key(i)] = fresh.append(former.key(i), former.from(i), row);
      }
    }
    block = fresh;
    former.release();
  }

  /** Lets go of everything; sets in use keep what they need. */
  void close() {
    setMetadata(null);
    block.release();
    if (layer != null) {
      meter.add(-layer.bytes());
      layer.index().release();
    }
  }

  private void append(int id, long from, float[] vector) {
    place(id, block.append(id, from, vector));
  }

  private void place(int id, int place) {
    if (id >= places.length) {
      int length = places.length;
      places = Arrays.copyOf(places, Math.max(id + 1, length + (length >> 1)));
      Arrays.fill(places, length, places.length, NOWHERE);
    }
    places[id] = place;
    live++;
  }

  private int placeOf(int id) {
    return id < places.length ? places[id] : NOWHERE;
  }

  private void end(int id, long version) {
    int place = placeOf(id);
    if (place == NOWHERE) {
      return;
    }
    if (place >= 0) {
      block.end(place, version);
    } else {
      Objects.requireNonNull(layer).end(~place, version);
    }
    places[id] = NOWHERE;
    live--;
  }
}
