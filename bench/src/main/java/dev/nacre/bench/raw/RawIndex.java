package dev.nacre.bench.raw;

import dev.nacre.bench.data.TextRow;
import dev.nacre.bench.data.Vectors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Lucene's HNSW as its users have it: documents with a vector of float32, a key, one field to
 * filter by and the text; one segment; {@code KnnFloatVectorQuery} through {@code IndexSearcher}.
 * The graph has the shape that the product builds.
 */
public final class RawIndex implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 16;
  private static final int BEAM_WIDTH = 200;
  private static final double RAM_BUFFER_MIB = 1_800;

  private final Directory directory;
  private final DirectoryReader reader;
  private final LeafReader leaf;
  private final IndexSearcher searcher;

  private RawIndex(Directory directory, DirectoryReader reader) {
    this.directory = directory;
    this.reader = reader;
    this.leaf = reader.leaves().getFirst().reader();
    this.searcher = new IndexSearcher(reader);
    this.searcher.setQueryCache(null);
  }

  /** Builds an index of vectors that have length one, and opens it. */
  public static RawIndex build(Path folder, Vectors vectors, List<TextRow> rows)
      throws IOException {
    Directory directory = FSDirectory.open(folder);
    KnnVectorsFormat format = new Lucene99HnswVectorsFormat(MAX_CONNECTIONS, BEAM_WIDTH);
    IndexWriterConfig config =
        new IndexWriterConfig(null)
            .setCodec(
                new Lucene104Codec() {
                  @Override
                  public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                    return format;
                  }
                })
            .setMergePolicy(NoMergePolicy.INSTANCE)
            .setUseCompoundFile(false)
            .setRAMBufferSizeMB(RAM_BUFFER_MIB);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < vectors.size(); i++) {
        Document document = new Document();
        document.add(
            new KnnFloatVectorField(
                "vector", vectors.rows()[i], VectorSimilarityFunction.DOT_PRODUCT));
        document.add(new BinaryDocValuesField("key", new BytesRef(vectors.keys().get(i))));
        document.add(new StringField("section", rows.get(i).section(), Field.Store.NO));
        document.add(new StoredField("text", rows.get(i).text()));
        long _ = writer.addDocument(document);
      }
      long _ = writer.commit();
    }
    DirectoryReader reader = DirectoryReader.open(directory);
    if (reader.leaves().size() != 1) {
      throw new IOException("the baseline must be one segment, not " + reader.leaves().size());
    }
    return new RawIndex(directory, reader);
  }

  /**
   * The keys of the nearest, best first.
   *
   * @param effort candidates that the search keeps track of, at least {@code k}
   * @param section only documents of this section, or null for all
   */
  public List<String> keys(float[] query, int k, int effort, @Nullable String section)
      throws IOException {
    BinaryDocValues values = leaf.getBinaryDocValues("key");
    ScoreDoc[] hits = search(query, k, effort, section).scoreDocs;
    // Doc values go forward only.
    int[] order = new int[hits.length];
    String[] keys = new String[hits.length];
    for (int i = 0; i < hits.length; i++) {
      order[i] = i;
    }
    sortByDocument(order, hits);
    for (int i : order) {
      if (!values.advanceExact(hits[i].doc)) {
        throw new IOException("document " + hits[i].doc + " has no key");
      }
      keys[i] = values.binaryValue().utf8ToString();
    }
    return List.of(keys);
  }

  /** The texts of the nearest, best first, from stored fields. */
  public List<String> texts(float[] query, int k, int effort) throws IOException {
    List<String> texts = new ArrayList<>();
    for (ScoreDoc hit : search(query, k, effort, null).scoreDocs) {
      texts.add(
          Objects.requireNonNull(searcher.storedFields().document(hit.doc).get("text"), "text"));
    }
    return texts;
  }

  private TopDocs search(float[] query, int k, int effort, @Nullable String section)
      throws IOException {
    Query filter = section == null ? null : new TermQuery(new Term("section", section));
    return searcher.search(new KnnFloatVectorQuery("vector", query, effort, filter), k);
  }

  private static void sortByDocument(int[] order, ScoreDoc[] hits) {
    for (int i = 1; i < order.length; i++) {
      int moving = order[i];
      int to = i;
      for (; to > 0 && hits[order[to - 1]].doc > hits[moving].doc; to--) {
        order[to] = order[to - 1];
      }
      order[to] = moving;
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
    directory.close();
  }
}
