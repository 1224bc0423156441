package dev.nacre.sql.arrow;

import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Namespace;
import dev.nacre.model.ReadPoint;
import dev.nacre.store.maintain.ExportTexts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The columns of an export: names, types, and what its schema says beside them. A space gets a
 * column of lists of its dimension; spaces of one name that differ between namespaces get one each.
 */
final class ArrowTable {
  static final String NAMESPACE = "namespace";
  static final String KEY = "key";
  static final String VERSION = "version";
  static final String COMMITTED_AT = "committed_at";
  static final String OPERATION = "operation";
  static final String ACTOR = "actor";
  static final String SOURCE = "source";
  static final String ATTRIBUTES = "attributes";
  static final String VALUE_KIND = "value_kind";
  static final String VALUE_TEXT = "value_text";
  static final String VALUE_BYTES = "value_bytes";
  static final String MEDIA_TYPE = "media_type";
  static final String VALUE_VERSION = "value_version";
  static final String METADATA = "metadata";
  static final String METADATA_VERSION = "metadata_version";
  static final String EXPIRES_AT = "expires_at";

  /** Before the name of a space; a colon, because LanceDB refuses dots in names of columns. */
  static final String EMBEDDING = "embedding:";

  static final String EMBEDDING_VERSION = "embedding_version:";

  /** Between the name of a space and a number, where one name stands for several spaces. */
  static final char ANOTHER = '#';

  static final String KIND_JSON = "json";
  static final String KIND_TEXT = "text";
  static final String KIND_BYTES = "bytes";

  static final String META_EXPORT = "nacre.export";
  static final String META_CONTENT = "nacre.content";
  static final String META_NAMESPACES = "nacre.namespaces";
  static final String META_SPACE = "nacre.space";
  static final String META_METRIC = "nacre.metric";
  static final String META_MODEL = "nacre.model";

  /** The format of the columns. */
  static final int FORMAT = 1;

  /** The most that embeddings may take in a row: lists of fixed size have room also where null. */
  static final int ROW_VECTOR_BYTES_MAX = 1 << 20;

  private static final ArrowType UTF8 = ArrowType.Utf8.INSTANCE;
  private static final ArrowType BINARY = ArrowType.Binary.INSTANCE;
  private static final ArrowType INT64 = new ArrowType.Int(64, true);
  private static final ArrowType INSTANT = new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
  private static final ArrowType FLOAT32 =
      new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);

  private final List<EmbeddingSpace> spaces = new ArrayList<>();
  private final List<String> suffixes = new ArrayList<>();
  private final Map<String, Map<String, Integer>> columnOf = new HashMap<>();
  private final int vectorBytes;
  private final Schema schema;

  ArrowTable(ReadPoint at, List<Namespace> namespaces, ExportRequest.Content content) {
    Map<EmbeddingSpace, Integer> numbers = new HashMap<>();
    Map<String, Integer> named = new HashMap<>();
    for (Namespace namespace : namespaces) {
      Map<String, Integer> columns = new HashMap<>();
      for (EmbeddingSpace space : namespace.spaces()) {
        Integer number = numbers.get(space);
        if (number == null) {
          number = spaces.size();
          numbers.put(space, number);
          spaces.add(space);
          int count = named.merge(space.name(), 1, Integer::sum);
          suffixes.add(count == 1 ? space.name() : space.name() + ANOTHER + count);
        }
        columns.put(space.name(), number);
      }
      columnOf.put(namespace.name(), columns);
    }
    long bytes = spaces.stream().mapToLong(space -> 4L * space.dimension()).sum();
    if (bytes > ROW_VECTOR_BYTES_MAX) {
      throw new ValidationException(
          "the "
              + namespaces.size()
              + " namespaces have "
              + spaces.size()
              + " different embedding spaces, for which each row of one Arrow table would take "
              + bytes
              + " bytes, at most "
              + ROW_VECTOR_BYTES_MAX
              + "; export fewer namespaces at a time, or JSON Lines",
          Map.of("spaces", Integer.toString(spaces.size()), "rowBytes", Long.toString(bytes)));
    }
    this.vectorBytes = (int) bytes;
    this.schema = new Schema(fields(content), described(at, namespaces, content));
  }

  private static Map<String, String> described(
      ReadPoint at, List<Namespace> namespaces, ExportRequest.Content content) {
    Map<String, String> meta = new LinkedHashMap<>();
    meta.put(META_EXPORT, Integer.toString(FORMAT));
    meta.put(META_CONTENT, content.name().toLowerCase(Locale.ROOT));
    meta.put("nacre.version", Long.toString(at.version()));
    meta.put("nacre.instant", at.instant().toString());
    meta.put("nacre.lineage", at.lineage());
    meta.put(META_NAMESPACES, ExportTexts.namespaces(namespaces));
    return meta;
  }

  private List<Field> fields(ExportRequest.Content content) {
    boolean history = content == ExportRequest.Content.HISTORY;
    List<Field> fields = new ArrayList<>();
    fields.add(present(NAMESPACE, UTF8));
    // Of what was purged nobody knows the key.
    fields.add(history ? optional(KEY, UTF8) : present(KEY, UTF8));
    fields.add(present(VERSION, INT64));
    fields.add(present(COMMITTED_AT, INSTANT));
    if (history) {
      fields.add(present(OPERATION, UTF8));
      fields.add(optional(ACTOR, UTF8));
      fields.add(optional(SOURCE, UTF8));
      fields.add(optional(ATTRIBUTES, UTF8));
    }
    fields.add(optional(VALUE_KIND, UTF8));
    fields.add(optional(VALUE_TEXT, UTF8));
    fields.add(optional(VALUE_BYTES, BINARY));
    fields.add(optional(MEDIA_TYPE, UTF8));
    fields.add(optional(VALUE_VERSION, INT64));
    fields.add(optional(METADATA, UTF8));
    fields.add(optional(METADATA_VERSION, INT64));
    fields.add(optional(EXPIRES_AT, INSTANT));
    for (int i = 0; i < spaces.size(); i++) {
      EmbeddingSpace space = spaces.get(i);
      Map<String, String> meta = new LinkedHashMap<>();
      meta.put(META_SPACE, space.name());
      meta.put(META_METRIC, space.metric().name());
      if (space.model() != null) {
        meta.put(META_MODEL, space.model());
      }
      fields.add(
          new Field(
              embeddingColumn(i),
              new FieldType(true, new ArrowType.FixedSizeList(space.dimension()), null, meta),
              List.of(optional("item", FLOAT32))));
      fields.add(optional(embeddingVersionColumn(i), INT64));
    }
    return fields;
  }

  private static Field present(String name, ArrowType type) {
    return new Field(name, FieldType.notNullable(type), null);
  }

  private static Field optional(String name, ArrowType type) {
    return new Field(name, FieldType.nullable(type), null);
  }

  Schema schema() {
    return schema;
  }

  /** The spaces that have a column, by the number of it. */
  List<EmbeddingSpace> spaces() {
    return spaces;
  }

  /** The number of the column of a space of a namespace. */
  int spaceNumber(String namespace, String space) {
    Integer number = columnOf.getOrDefault(namespace, Map.of()).get(space);
    if (number == null) {
      throw new IllegalStateException(
          "namespace " + namespace + " has a vector in space " + space + ", which is not fixed");
    }
    return number;
  }

  String embeddingColumn(int number) {
    return EMBEDDING + suffixes.get(number);
  }

  String embeddingVersionColumn(int number) {
    return EMBEDDING_VERSION + suffixes.get(number);
  }

  /** What all columns of embeddings take in a row. */
  int vectorBytes() {
    return vectorBytes;
  }
}
