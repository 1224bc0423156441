package dev.nacre.sql.arrow;

import dev.nacre.error.FormatException;
import dev.nacre.error.SerializationException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metric;
import dev.nacre.store.maintain.ExportTexts;
import dev.nacre.store.maintain.ExportTexts.NamespaceText;
import dev.nacre.store.maintain.ImportCommits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The schema of a table to import, checked: every column is one that means something and has the
 * type it needs; what is wrong is named. Immutable.
 *
 * @param exported whether Nacre wrote it
 * @param names the names of the columns
 * @param spaces the columns of embeddings
 * @param namespaces what the schema says of namespaces
 */
record ImportColumns(
    boolean exported, Set<String> names, List<SpaceColumn> spaces, List<NamespaceText> namespaces) {

  /**
   * A column of embeddings.
   *
   * @param name its name
   * @param space the space its vectors are in
   */
  record SpaceColumn(String name, EmbeddingSpace space) {}

  private static final String TEXT = "utf8 or large_utf8";
  private static final String BYTES = "binary or large_binary";
  private static final String INTEGER = "int64";
  private static final String INSTANT = "a timestamp with a time zone";

  /**
   * Checks a schema.
   *
   * @throws FormatException when a newer release wrote it
   * @throws SerializationException when a column is wrong; details {@code column} names it
   */
  static ImportColumns of(Schema schema) {
    Map<String, String> meta = schema.getCustomMetadata();
    boolean exported = checkFormat(meta.get(ArrowTable.META_EXPORT));
    if ("history".equals(meta.get(ArrowTable.META_CONTENT))) {
      throw new ValidationException(ImportCommits.NO_HISTORY);
    }
    Set<String> names = new HashSet<>();
    List<SpaceColumn> spaces = new ArrayList<>();
    for (Field field : schema.getFields()) {
      String name = String.valueOf(field.getName());
      if (!names.add(name)) {
        throw wrong(name, "is there twice");
      }
      if (field.getDictionary() != null) {
        throw wrong(name, "is dictionary-encoded; cast it to the type of its values");
      }
      check(field, name, spaces);
    }
    for (String needed : List.of(ArrowTable.NAMESPACE, ArrowTable.KEY)) {
      if (!names.contains(needed)) {
        throw wrong(
            needed,
            "is missing; there is "
                + schema.getFields().stream().map(Field::getName).sorted().toList());
      }
    }
    if (names.contains(ArrowTable.VALUE_TEXT) || names.contains(ArrowTable.VALUE_BYTES)) {
      if (!names.contains(ArrowTable.VALUE_KIND)) {
        throw wrong(
            ArrowTable.VALUE_KIND,
            "is missing; it says of each value whether it is json, text or bytes");
      }
    }
    String described = meta.get(ArrowTable.META_NAMESPACES);
    return new ImportColumns(
        exported, names, spaces, described == null ? List.of() : ExportTexts.namespaces(described));
  }

  private static boolean checkFormat(@Nullable String format) {
    if (format == null) {
      return false;
    }
    if (!format.equals(Integer.toString(ArrowTable.FORMAT))) {
      throw new FormatException(
          "the table has format "
              + format
              + ", this release of Nacre reads format "
              + ArrowTable.FORMAT
              + "; upgrade Nacre to read it",
          Map.of("format", format));
    }
    return true;
  }

  private static void check(Field field, String name, List<SpaceColumn> spaces) {
    ArrowType type = field.getType();
    switch (name) {
      case ArrowTable.NAMESPACE,
          ArrowTable.KEY,
          ArrowTable.VALUE_KIND,
          ArrowTable.VALUE_TEXT,
          ArrowTable.MEDIA_TYPE,
          ArrowTable.METADATA ->
          expect(
              type instanceof ArrowType.Utf8 || type instanceof ArrowType.LargeUtf8, field, TEXT);
      case ArrowTable.VALUE_BYTES ->
          expect(
              type instanceof ArrowType.Binary || type instanceof ArrowType.LargeBinary,
              field,
              BYTES);
      case ArrowTable.VERSION, ArrowTable.VALUE_VERSION, ArrowTable.METADATA_VERSION ->
          expect(isInt64(type), field, INTEGER);
      case ArrowTable.COMMITTED_AT, ArrowTable.EXPIRES_AT ->
          expect(
              type instanceof ArrowType.Timestamp timestamp && timestamp.getTimezone() != null,
              field,
              INSTANT);
      default -> {
        if (name.startsWith(ArrowTable.EMBEDDING)) {
          spaces.add(new SpaceColumn(name, space(field, name)));
        } else if (name.startsWith(ArrowTable.EMBEDDING_VERSION)) {
          expect(isInt64(type), field, INTEGER);
        } else {
          throw wrong(name, "means nothing here; leave it out");
        }
      }
    }
  }

  private static boolean isInt64(ArrowType type) {
    return type instanceof ArrowType.Int integer && integer.getBitWidth() == 64;
  }

  private static EmbeddingSpace space(Field field, String name) {
    String needed = "fixed_size_list<float32>";
    if (!(field.getType() instanceof ArrowType.FixedSizeList list)
        || field.getChildren().size() != 1) {
      throw wrong(name, "is " + field.getType() + ", not " + needed);
    }
    Field item = field.getChildren().getFirst();
    expect(
        item.getType() instanceof ArrowType.FloatingPoint floating
            && floating.getPrecision() == FloatingPointPrecision.SINGLE
            && item.getDictionary() == null,
        field,
        needed);
    Map<String, String> meta = field.getMetadata();
    String named = name.substring(ArrowTable.EMBEDDING.length());
    int another = named.indexOf(ArrowTable.ANOTHER);
    String space =
        meta.getOrDefault(ArrowTable.META_SPACE, another < 0 ? named : named.substring(0, another));
    try {
      return new EmbeddingSpace(
          space,
          list.getListSize(),
          metric(meta.getOrDefault(ArrowTable.META_METRIC, Metric.COSINE.name()), name),
          meta.get(ArrowTable.META_MODEL));
    } catch (ValidationException e) {
      throw new SerializationException(
          "column \"" + name + "\" is wrong: " + e.getMessage(), Map.of("column", name), e);
    }
  }

  private static Metric metric(String text, String column) {
    return Arrays.stream(Metric.values())
        .filter(metric -> metric.name().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(
                    column,
                    "has metric \"" + text + "\"; there is " + Arrays.toString(Metric.values())));
  }

  private static void expect(boolean holds, Field field, String needed) {
    if (!holds) {
      throw wrong(String.valueOf(field.getName()), "is " + field.getType() + ", not " + needed);
    }
  }

  private static SerializationException wrong(String column, String what) {
    return new SerializationException(
        "column \"" + column + "\" " + what, Map.of("column", column));
  }
}
