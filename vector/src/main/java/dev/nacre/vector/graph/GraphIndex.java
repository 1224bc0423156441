package dev.nacre.vector.graph;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.nacre.error.UnavailableException;
import dev.nacre.vector.exact.Counted;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/**
 * An opened graph: documents numbered from 0, each a key, the version that wrote its vector, and
 * the vector. Immutable and thread-safe; closed by its last user.
 *
 * <p>Which documents are alive is the caller's knowledge: documents superseded since the graph was
 * written are still here. Scores are Lucene's, comparable with one another only; callers compute
 * their own from {@link #vectors()}.
 */
public final class GraphIndex extends Counted {
  static final String KEY = "key";
  static final String FROM = "from";
  static final String TO = "to";
  static final String VECTOR = "vector";

  private final DirectoryReader reader;
  private final GraphStamp stamp;
  private final List<LeafReaderContext> leaves;

  /** Receives every document. */
  @FunctionalInterface
  public interface DocSink {
    /**
     * Takes one document.
     *
     * @param key UTF-8; the receiver owns it
     * @param deleted whether it was superseded before the graph was written
     */
    void accept(int doc, byte[] key, long from, boolean deleted);
  }

  /** Receives every document of an epoch. */
  @FunctionalInterface
  public interface IntervalSink {
    /**
     * Takes one document.
     *
     * @param key UTF-8; the receiver owns it
     * @param to the version that ended its vector
     */
    void accept(int doc, byte[] key, long from, long to);
  }

  /** Receives documents with Lucene's scores: higher is nearer. */
  @FunctionalInterface
  public interface ScoreSink {
    /** Takes one document. */
    void accept(int doc, float score);
  }

  /** Reads vectors; for one thread, valid while the index is held. */
  @FunctionalInterface
  public interface VectorReader {
    /** Copies a document's vector into the beginning of {@code target}. */
    void copy(int doc, float[] target);
  }

  private GraphIndex(DirectoryReader reader, GraphStamp stamp) {
    this.reader = reader;
    this.stamp = stamp;
    this.leaves = reader.leaves();
  }

  /** Takes over a reader, after checking that every document has all fields. */
  static GraphIndex of(DirectoryReader reader, GraphStamp stamp) throws IOException {
    for (LeafReaderContext context : reader.leaves()) {
      LeafReader leaf = context.reader();
      FloatVectorValues vectors = leaf.getFloatVectorValues(VECTOR);
      if (vectors == null
          || vectors.size() != leaf.maxDoc()
          || vectors.dimension() != stamp.dimension()
          || leaf.getBinaryDocValues(KEY) == null
          || leaf.getNumericDocValues(FROM) == null) {
        throw new IOException("a segment is not one of ours: " + leaf);
      }
    }
    return new GraphIndex(reader, stamp);
  }

  /** The version up to which changes are in the graph. */
  public long version() {
    return stamp.version();
  }

  /** The number of documents, superseded ones included. */
  public int docs() {
    return reader.maxDoc();
  }

  /** The number of segments: each is a graph of its own and is searched. */
  public int segments() {
    return leaves.size();
  }

  /** Hands out every document. */
  public void docs(DocSink sink) {
    try {
      for (LeafReaderContext context : leaves) {
        LeafReader leaf = context.reader();
        Bits live = leaf.getLiveDocs();
        BinaryDocValues keys = leaf.getBinaryDocValues(KEY);
        NumericDocValues froms = leaf.getNumericDocValues(FROM);
        for (int doc = 0; doc < leaf.maxDoc(); doc++) {
          if (!keys.advanceExact(doc) || !froms.advanceExact(doc)) {
            throw new IOException("document " + doc + " has no key or version in " + leaf);
          }
          BytesRef key = keys.binaryValue();
          sink.accept(
              context.docBase + doc,
              BytesRef.deepCopyOf(key).bytes,
              froms.longValue(),
              live != null && !live.get(doc));
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Hands out every document of an epoch. */
  public void intervals(IntervalSink sink) {
    try {
      for (LeafReaderContext context : leaves) {
        LeafReader leaf = context.reader();
        BinaryDocValues keys = leaf.getBinaryDocValues(KEY);
        NumericDocValues froms = leaf.getNumericDocValues(FROM);
        NumericDocValues tos = leaf.getNumericDocValues(TO);
        for (int doc = 0; doc < leaf.maxDoc(); doc++) {
          if (tos == null
              || !keys.advanceExact(doc)
              || !froms.advanceExact(doc)
              || !tos.advanceExact(doc)) {
            throw new IOException("document " + doc + " has no key or versions in " + leaf);
          }
          sink.accept(
              context.docBase + doc,
              BytesRef.deepCopyOf(keys.binaryValue()).bytes,
              froms.longValue(),
              tos.longValue());
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * The approximately nearest documents of each segment, best first within it.
   *
   * @param query of exactly the space's dimension
   * @param candidates how many the search keeps track of, and the most it hands out of each
   *     segment: more cost time and gain recall
   * @return the score down to which hardly a document can have been missed: that of the middle
   *     candidate, in the segment where it is highest; of a segment that was handed out whole,
   *     negative infinity
   */
  @CanIgnoreReturnValue
  public float nearest(float[] query, int candidates, ScoreSink sink) {
    float reach = Float.NEGATIVE_INFINITY;
    try {
      for (LeafReaderContext context : leaves) {
        LeafReader leaf = context.reader();
        TopKnnCollector collector =
            new TopKnnCollector(
                Math.min(candidates, leaf.maxDoc()),
                Integer.MAX_VALUE,
                KnnSearchStrategy.Hnsw.DEFAULT);
        leaf.searchNearestVectors(
            VECTOR, query, collector, AcceptDocs.fromLiveDocs(null, leaf.maxDoc()));
        ScoreDoc[] best = collector.topDocs().scoreDocs;
        for (ScoreDoc found : best) {
          sink.accept(context.docBase + found.doc, found.score);
        }
        if (best.length < leaf.maxDoc() && best.length > 0) {
          reach = Math.max(reach, best[best.length / 2].score);
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    return reach;
  }

  /** Compares every one of {@code docs}. */
  public void scan(float[] query, DocSet docs, ScoreSink sink) {
    try {
      DocAndFloatFeatureBuffer buffer = new DocAndFloatFeatureBuffer();
      for (LeafReaderContext context : leaves) {
        LeafReader leaf = context.reader();
        VectorScorer scorer = leaf.getFloatVectorValues(VECTOR).scorer(query);
        VectorScorer.Bulk bulk =
            scorer.bulk(new AcceptedDocs(docs, context.docBase, leaf.maxDoc(), docs()).iterator());
        while (true) {
          bulk.nextDocsAndScores(DocIdSetIterator.NO_MORE_DOCS, null, buffer);
          if (buffer.size == 0) {
            break;
          }
          for (int i = 0; i < buffer.size; i++) {
            sink.accept(context.docBase + buffer.docs[i], buffer.features[i]);
          }
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Reads the vectors as they were indexed. */
  public VectorReader vectors() {
    try {
      FloatVectorValues[] values = new FloatVectorValues[leaves.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = leaves.get(i).reader().getFloatVectorValues(VECTOR);
      }
      return (doc, target) -> {
        int leaf = values.length - 1;
        while (leaves.get(leaf).docBase > doc) {
          leaf--;
        }
        try {
          // Every document has a vector, so that its ordinal is its number.
          float[] vector = values[leaf].vectorValue(doc - leaves.get(leaf).docBase);
          System.arraycopy(vector, 0, target, 0, vector.length);
        } catch (IOException e) {
          throw unreadable(e);
        }
      };
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  protected void free() {
    try {
      reader.close();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public String toString() {
    return "GraphIndex[" + stamp + ", " + docs() + " documents, " + segments() + " segments]";
  }

  private static UnavailableException unreadable(IOException e) {
    return new UnavailableException(
        "the graph index cannot be read: "
            + e
            + "; it is rebuilt when the database is opened again",
        Map.of(),
        e);
  }

  /** A segment's part of a {@link DocSet}. */
  private static final class AcceptedDocs extends AcceptDocs implements Bits {
    private final DocSet docs;
    private final int base;
    private final int length;
    private final int total;

    AcceptedDocs(DocSet docs, int base, int length, int total) {
      this.docs = docs;
      this.base = base;
      this.length = length;
      this.total = total;
    }

    @Override
    public Bits bits() {
      return this;
    }

    @Override
    public boolean get(int index) {
      return docs.contains(base + index);
    }

    @Override
    public int length() {
      return length;
    }

    /** An estimate, as Lucene allows: the segment's share. */
    @Override
    public int cost() {
      return (int) ((long) docs.count() * length / total);
    }

    @Override
    public DocIdSetIterator iterator() {
      return new DocIdSetIterator() {
        private int doc = -1;

        @Override
        public int docID() {
          return doc;
        }

        @Override
        public int nextDoc() {
          return advance(doc + 1);
        }

        @Override
        public int advance(int target) {
          int next = target >= length ? -1 : docs.next(base + target);
          doc = next < 0 || next >= base + length ? NO_MORE_DOCS : next - base;
          return doc;
        }

        @Override
        public long cost() {
          return AcceptedDocs.this.cost();
        }
      };
    }
  }
}
