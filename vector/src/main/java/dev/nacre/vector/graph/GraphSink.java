package dev.nacre.vector.graph;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.BytesRef;

/** Takes what goes into a graph; for the thread that writes it. */
public final class GraphSink {
  private static final String TERM = "term";

  private final IndexWriter writer;
  private final VectorSimilarityFunction similarity;
  private final BooleanSupplier stop;

  GraphSink(IndexWriter writer, VectorSimilarityFunction similarity, BooleanSupplier stop) {
    this.writer = writer;
    this.similarity = similarity;
    this.stop = stop;
  }

  /** Removes the document of a key from what was there before; nothing happens without one. */
  public void remove(byte[] key) {
    checkStop();
    try {
      writer.deleteDocuments(new Term(TERM, new BytesRef(key)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Adds a document.
   *
   * @param from the version that wrote the vector
   * @param vector its first {@code dimension} components are copied
   */
  public void add(byte[] key, long from, float[] vector, int dimension) {
    Document document = document(key, from, vector, dimension);
    document.add(new StringField(TERM, new BytesRef(key), Field.Store.NO));
    write(document);
  }

  /**
   * Adds a document of an epoch; a key may have many.
   *
   * @param from the version that wrote the vector
   * @param to the version that ended it
   * @param vector its first {@code dimension} components are copied
   */
  public void addInterval(byte[] key, long from, long to, float[] vector, int dimension) {
    Document document = document(key, from, vector, dimension);
    document.add(new NumericDocValuesField(GraphIndex.TO, to));
    write(document);
  }

  private Document document(byte[] key, long from, float[] vector, int dimension) {
    Document document = new Document();
    document.add(new BinaryDocValuesField(GraphIndex.KEY, new BytesRef(key)));
    document.add(new NumericDocValuesField(GraphIndex.FROM, from));
    document.add(
        new KnnFloatVectorField(GraphIndex.VECTOR, Arrays.copyOf(vector, dimension), similarity));
    return document;
  }

  private void write(Document document) {
    checkStop();
    try {
      writer.addDocument(document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkStop() {
    if (stop.getAsBoolean()) {
      throw new CancellationException("the graph build was stopped");
    }
  }
}
