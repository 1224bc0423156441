package dev.nacre.sql.arrow;

import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import dev.nacre.store.maintain.ExportTexts;
import dev.nacre.store.maintain.ExportedChange;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;

/** Fills the columns of a batch, a record to a row. For one thread. */
final class ArrowRows {
  private static final int ROWS_MAX = 8_192;
  private static final int BYTES_MAX = 8 << 20;
  private static final int ROWS_FIRST = 256;

  /** What a row takes in columns of fixed width. */
  private static final int ROW_BYTES = 96;

  private final ArrowTable table;
  private final VectorSchemaRoot root;
  private final VarCharVector namespace;
  private final VarCharVector key;
  private final BigIntVector version;
  private final TimeStampMicroTZVector committedAt;
  private final VarCharVector valueKind;
  private final VarCharVector valueText;
  private final VarBinaryVector valueBytes;
  private final VarCharVector mediaType;
  private final BigIntVector valueVersion;
  private final VarCharVector metadata;
  private final BigIntVector metadataVersion;
  private final TimeStampMicroTZVector expiresAt;
  private final List<FixedSizeListVector> embeddings = new ArrayList<>();
  private final List<BigIntVector> embeddingVersions = new ArrayList<>();
  private int rows;
  private long bytes;

  ArrowRows(ArrowTable table, VectorSchemaRoot root) {
    this.table = table;
    this.root = root;
    namespace = column(ArrowTable.NAMESPACE, VarCharVector.class);
    key = column(ArrowTable.KEY, VarCharVector.class);
    version = column(ArrowTable.VERSION, BigIntVector.class);
    committedAt = column(ArrowTable.COMMITTED_AT, TimeStampMicroTZVector.class);
    valueKind = column(ArrowTable.VALUE_KIND, VarCharVector.class);
    valueText = column(ArrowTable.VALUE_TEXT, VarCharVector.class);
    valueBytes = column(ArrowTable.VALUE_BYTES, VarBinaryVector.class);
    mediaType = column(ArrowTable.MEDIA_TYPE, VarCharVector.class);
    valueVersion = column(ArrowTable.VALUE_VERSION, BigIntVector.class);
    metadata = column(ArrowTable.METADATA, VarCharVector.class);
    metadataVersion = column(ArrowTable.METADATA_VERSION, BigIntVector.class);
    expiresAt = column(ArrowTable.EXPIRES_AT, TimeStampMicroTZVector.class);
    for (int i = 0; i < table.spaces().size(); i++) {
      embeddings.add(column(table.embeddingColumn(i), FixedSizeListVector.class));
      embeddingVersions.add(column(table.embeddingVersionColumn(i), BigIntVector.class));
    }
    clear();
  }

  private <V extends FieldVector> V column(String name, Class<V> type) {
    return type.cast(root.getVector(name));
  }

  /** Whether the batch should be written before another row is added. */
  boolean isFull() {
    return rows >= ROWS_MAX || bytes >= BYTES_MAX;
  }

  int rows() {
    return rows;
  }

  /** Says to the columns how many rows there are: the batch can be written. */
  void end() {
    root.setRowCount(rows);
  }

  /** Gives the memory of the batch back and begins the next. */
  void clear() {
    root.clear();
    for (FieldVector vector : root.getFieldVectors()) {
      vector.setInitialCapacity(ROWS_FIRST);
      vector.allocateNew();
    }
    rows = 0;
    bytes = 0;
  }

  void add(VersionedRecord record) {
    int row = rows;
    text(namespace, row, record.namespace());
    text(key, row, record.key());
    version.setSafe(row, record.version());
    committedAt.setSafe(row, micros(record.committedAt()));
    parts(row, record);
    end(row);
  }

  /** Adds a change, to a table of a history. */
  void add(ExportedChange change) {
    int row = rows;
    text(namespace, row, change.namespace());
    if (change.key() != null) {
      text(key, row, change.key());
    }
    version.setSafe(row, change.version());
    committedAt.setSafe(row, micros(change.committedAt()));
    text(column(ArrowTable.OPERATION, VarCharVector.class), row, change.operation().text());
    CommitAttributes said = change.attributes();
    if (said.actor() != null) {
      text(column(ArrowTable.ACTOR, VarCharVector.class), row, said.actor());
    }
    if (said.source() != null) {
      text(column(ArrowTable.SOURCE, VarCharVector.class), row, said.source());
    }
    if (!said.other().isEmpty()) {
      text(column(ArrowTable.ATTRIBUTES, VarCharVector.class), row, ExportTexts.attributes(said));
    }
    if (change.record() != null) {
      parts(row, change.record());
    }
    end(row);
  }

  private void end(int row) {
    rows = row + 1;
    bytes += ROW_BYTES + table.vectorBytes();
  }

  private void parts(int row, VersionedRecord record) {
    record.value().ifPresent(value -> value(row, value));
    record.valueVersion().ifPresent(written -> valueVersion.setSafe(row, written));
    if (record.metadataVersion().isPresent()) {
      text(metadata, row, ExportTexts.metadata(record.metadata()));
      metadataVersion.setSafe(row, record.metadataVersion().getAsLong());
    }
    record.expiresAt().ifPresent(instant -> expiresAt.setSafe(row, micros(instant)));
    for (Map.Entry<String, Embedding> embedding : record.embeddings().entrySet()) {
      int number = table.spaceNumber(record.namespace(), embedding.getKey());
      vector(embeddings.get(number), row, embedding.getValue());
      Long written = record.embeddingVersions().get(embedding.getKey());
      if (written != null) {
        embeddingVersions.get(number).setSafe(row, written);
      }
    }
  }

  private void value(int row, Value value) {
    byte[] content = value.toByteArray();
    switch (value) {
      case Value.Json _ -> {
        text(valueKind, row, ArrowTable.KIND_JSON);
        valueText.setSafe(row, content);
      }
      case Value.Bytes typed -> {
        if (typed.mediaType().equals(Value.TEXT) && isUtf8(content)) {
          text(valueKind, row, ArrowTable.KIND_TEXT);
          valueText.setSafe(row, content);
        } else {
          text(valueKind, row, ArrowTable.KIND_BYTES);
          valueBytes.setSafe(row, content);
        }
        text(mediaType, row, typed.mediaType());
      }
    }
    bytes += content.length;
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException _) {
      return false;
    }
  }

  private void text(VarCharVector column, int row, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    column.setSafe(row, utf8);
    bytes += utf8.length;
  }

  private static void vector(FixedSizeListVector column, int row, Embedding embedding) {
    column.setNotNull(row);
    Float4Vector components = (Float4Vector) column.getDataVector();
    float[] vector = embedding.vector();
    int first = row * vector.length;
    for (int i = 0; i < vector.length; i++) {
      components.setSafe(first + i, vector[i]);
    }
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
