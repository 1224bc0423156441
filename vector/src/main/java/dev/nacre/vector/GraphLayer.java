package dev.nacre.vector;

import dev.nacre.vector.exact.VectorBlock;
import dev.nacre.vector.graph.DocSet;
import dev.nacre.vector.graph.GraphIndex;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * A graph with what is known of its documents: key number, and the interval of versions [from, to)
 * in which each was its key's vector. As with a block's rows, the end of a document changes under
 * readers once, to a version that is newer than theirs.
 */
final class GraphLayer {
  /** The end of a document that is not in the graph any more as Lucene sees it. */
  static final long DELETED = -1;

  /** The end of a document that was superseded before this layer was made. */
  static final long SUPERSEDED = 0;

  private static final VarHandle ENDS = MethodHandles.arrayElementVarHandle(long[].class);

  private final GraphIndex index;
  private final int[] keys;
  private final long[] from;
  private final long[] to;
  private int ended;

  GraphLayer(GraphIndex index) {
    this.index = index;
    this.keys = new int[index.docs()];
    this.from = new long[index.docs()];
    this.to = new long[index.docs()];
    Arrays.fill(to, DELETED);
    this.ended = keys.length;
  }

  /** Describes a document; before the layer is published. */
  void set(int doc, int key, long version, long end) {
    keys[doc] = key;
    from[doc] = version;
    to[doc] = end;
    if (end == VectorBlock.LIVE) {
      ended--;
    }
  }

  /** Ends a live document; for the writer. */
  void end(int doc, long version) {
    ENDS.setOpaque(to, doc, version);
    ended++;
  }

  /** Documents that are not alive; for the writer. */
  int ended() {
    return ended;
  }

  GraphIndex index() {
    return index;
  }

  int docs() {
    return keys.length;
  }

  int key(int doc) {
    return keys[doc];
  }

  long from(int doc) {
    return from[doc];
  }

  long to(int doc) {
    return (long) ENDS.getOpaque(to, doc);
  }

  /** Bytes on the heap. */
  long bytes() {
    return 20L * keys.length;
  }

  /**
   * The documents that are alive at a version.
   *
   * @param count how many they are
   */
  DocSet liveAt(long version, int count) {
    return new DocSet() {
      @Override
      public boolean contains(int doc) {
        return to(doc) > version;
      }

      @Override
      public int next(int doc) {
        for (int i = doc; i < keys.length; i++) {
          if (to(i) > version) {
            return i;
          }
        }
        return -1;
      }

      @Override
      public int count() {
        return count;
      }
    };
  }
}
