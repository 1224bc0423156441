package dev.nacre.vector.graph;

import dev.nacre.model.EmbeddingSpace;
import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's codec with our graph's shape. What it writes carries the names of Lucene's own formats,
 * so that any Lucene reads it back; only writing knows this class.
 */
final class GraphCodec extends Lucene104Codec {
  /** Neighbours of a node, twice as many on the lowest level. */
  static final int MAX_CONNECTIONS = 16;

  /** Candidates while a node is inserted: more cost building time and gain recall. */
  static final int BEAM_WIDTH = 200;

  private static final KnnVectorsFormat FORMAT = new WideHnsw();

  @Override
  public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
    return FORMAT;
  }

  /** HNSW for as many dimensions as an embedding space may have; Lucene's default stops at 1024. */
  private static final class WideHnsw extends KnnVectorsFormat {
    private final KnnVectorsFormat format =
        new Lucene99HnswVectorsFormat(MAX_CONNECTIONS, BEAM_WIDTH);

    WideHnsw() {
      super("Lucene99HnswVectorsFormat");
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
      return format.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
      return format.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String field) {
      return EmbeddingSpace.DIMENSION_MAX;
    }
  }
}
