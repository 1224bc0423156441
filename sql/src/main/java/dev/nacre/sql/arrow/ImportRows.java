package dev.nacre.sql.arrow;

import dev.nacre.error.SerializationException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.maintain.ExportTexts;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/** Reads the rows of batches as writes. What is wrong names its column. For one thread. */
final class ImportRows {
  private static final String OTHER_BYTES = "application/octet-stream";

  private final ImportColumns columns;
  private final VectorSchemaRoot root;
  private long bytes;

  ImportRows(ImportColumns columns, VectorSchemaRoot root) {
    this.columns = columns;
    this.root = root;
  }

  /** About how large the last row was. */
  long bytes() {
    return bytes;
  }

  /**
   * Reads a row.
   *
   * @throws SerializationException when it cannot be read; details {@code column} names the column
   * @throws ValidationException when it is outside what is allowed, likewise
   */
  Write.Upsert read(int row) {
    bytes = 0;
    String namespace = needed(ArrowTable.NAMESPACE, row);
    String key = needed(ArrowTable.KEY, row);
    Value value = value(row);
    String metadataText = text(ArrowTable.METADATA, row);
    Metadata metadata =
        metadataText == null
            ? null
            : in(ArrowTable.METADATA, () -> ExportTexts.metadata(metadataText));
    List<Embedding> embeddings = embeddings(row);
    // A record may have an expiry and nothing else; made by hand, it is a slip.
    if (value == null && metadata == null && embeddings.isEmpty() && !columns.exported()) {
      throw new SerializationException("the record has no value, metadata or embeddings");
    }
    Instant expiresAt = instant(row);
    return new Write.Upsert(
        namespace,
        key,
        value,
        metadata,
        embeddings,
        expiresAt == null ? Write.Expiry.Never.NEVER : new Write.Expiry.At(expiresAt),
        WriteCondition.none());
  }

  private @Nullable Value value(int row) {
    String kind = text(ArrowTable.VALUE_KIND, row);
    String text = text(ArrowTable.VALUE_TEXT, row);
    byte[] content = bytes(ArrowTable.VALUE_BYTES, row);
    String mediaType = text(ArrowTable.MEDIA_TYPE, row);
    if (kind == null) {
      refuse(text != null, ArrowTable.VALUE_TEXT, "has a value and value_kind has none");
      refuse(content != null, ArrowTable.VALUE_BYTES, "has a value and value_kind has none");
      refuse(mediaType != null, ArrowTable.MEDIA_TYPE, "has a value and value_kind has none");
      return null;
    }
    String unused =
        kind.equals(ArrowTable.KIND_BYTES) ? ArrowTable.VALUE_TEXT : ArrowTable.VALUE_BYTES;
    boolean contradicted = kind.equals(ArrowTable.KIND_BYTES) ? text != null : content != null;
    refuse(contradicted, unused, "has a value, of which value_kind says that it is " + kind);
    return switch (kind) {
      case ArrowTable.KIND_JSON -> {
        refuse(mediaType != null, ArrowTable.MEDIA_TYPE, "has a value for a JSON document");
        String document = present(text, ArrowTable.VALUE_TEXT);
        yield in(ArrowTable.VALUE_TEXT, () -> Value.json(document));
      }
      case ArrowTable.KIND_TEXT -> {
        String plain = present(text, ArrowTable.VALUE_TEXT);
        refuse(
            mediaType != null && !mediaType.equals(Value.TEXT),
            ArrowTable.MEDIA_TYPE,
            "is \"" + mediaType + "\" for plain text; bytes may have it");
        yield in(ArrowTable.VALUE_TEXT, () -> Value.text(plain));
      }
      case ArrowTable.KIND_BYTES -> {
        if (content == null) {
          throw wrong(ArrowTable.VALUE_BYTES, "is null where value_kind says that it is bytes");
        }
        String type = mediaType == null ? OTHER_BYTES : mediaType;
        yield in(ArrowTable.MEDIA_TYPE, () -> Value.bytes(content, type));
      }
      default ->
          throw wrong(
              ArrowTable.VALUE_KIND, "is \"" + kind + "\"; json, text and bytes are allowed");
    };
  }

  private static String present(@Nullable String text, String column) {
    if (text == null) {
      throw wrong(column, "is null where value_kind is not");
    }
    return text;
  }

  private List<Embedding> embeddings(int row) {
    List<Embedding> read = new ArrayList<>();
    Set<String> named = new HashSet<>();
    for (ImportColumns.SpaceColumn column : columns.spaces()) {
      EmbeddingSpace space = column.space();
      FixedSizeListVector lists = (FixedSizeListVector) root.getVector(column.name());
      if (lists.isNull(row)) {
        continue;
      }
      refuse(
          !named.add(space.name()), column.name(), "has a second vector in space " + space.name());
      Float4Vector components = (Float4Vector) lists.getDataVector();
      float[] vector = new float[space.dimension()];
      int first = Math.multiplyExact(row, space.dimension());
      for (int i = 0; i < vector.length; i++) {
        refuse(components.isNull(first + i), column.name(), "has a null at component " + i);
        vector[i] = components.get(first + i);
      }
      bytes += 4L * vector.length;
      read.add(in(column.name(), () -> Embedding.of(space, vector)));
    }
    return read;
  }

  private @Nullable Instant instant(int row) {
    if (!columns.names().contains(ArrowTable.EXPIRES_AT)) {
      return null;
    }
    TimeStampVector vector = (TimeStampVector) root.getVector(ArrowTable.EXPIRES_AT);
    if (vector.isNull(row)) {
      return null;
    }
    long count = vector.get(row);
    TimeUnit unit = ((ArrowType.Timestamp) vector.getField().getType()).getUnit();
    try {
      return switch (unit) {
        case SECOND -> Instant.ofEpochSecond(count);
        case MILLISECOND -> Instant.ofEpochMilli(count);
        case MICROSECOND -> Instant.EPOCH.plus(count, ChronoUnit.MICROS);
        case NANOSECOND -> Instant.EPOCH.plus(count, ChronoUnit.NANOS);
      };
    } catch (DateTimeException | ArithmeticException e) {
      throw new SerializationException(
          "column \"" + ArrowTable.EXPIRES_AT + "\" is no instant: " + count,
          Map.of("column", ArrowTable.EXPIRES_AT),
          e);
    }
  }

  private String needed(String name, int row) {
    String text = text(name, row);
    if (text == null) {
      throw wrong(name, "is null");
    }
    return text;
  }

  private @Nullable String text(String name, int row) {
    byte[] utf8 = bytes(name, row);
    if (utf8 == null) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new SerializationException(
          "column \"" + name + "\" is not UTF-8", Map.of("column", name), e);
    }
  }

  private byte @Nullable [] bytes(String name, int row) {
    FieldVector vector = root.getVector(name);
    // What is optional may be missing as a column.
    if (vector == null || vector.isNull(row)) {
      return null;
    }
    byte[] content =
        switch (vector) {
          case VarCharVector text -> text.get(row);
          case LargeVarCharVector text -> text.get(row);
          case VarBinaryVector binary -> binary.get(row);
          case LargeVarBinaryVector binary -> binary.get(row);
          default -> throw wrong(name, "is " + vector.getField().getType());
        };
    bytes += content.length;
    return content;
  }

  private static void refuse(boolean wrong, String column, String what) {
    if (wrong) {
      throw wrong(column, what);
    }
  }

  private static SerializationException wrong(String column, String what) {
    return new SerializationException(
        "column \"" + column + "\" " + what, Map.of("column", column));
  }

  /** What goes wrong in {@code work} is about a column. */
  private static <R> R in(String column, Supplier<R> work) {
    try {
      return work.get();
    } catch (SerializationException | ValidationException e) {
      String message = "column \"" + column + "\": " + e.getMessage();
      Map<String, String> details = new HashMap<>(e.details());
      details.put("column", column);
      throw e instanceof ValidationException
          ? new ValidationException(message, details, e)
          : new SerializationException(message, details, e);
    }
  }
}
