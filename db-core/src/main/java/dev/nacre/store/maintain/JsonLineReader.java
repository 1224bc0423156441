package dev.nacre.store.maintain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.nacre.error.FormatException;
import dev.nacre.error.SerializationException;
import dev.nacre.error.ValidationException;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteCondition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines that {@link JsonLineWriter} draws. Strict: a field that it does not know, or one
 * that is there twice, is refused. Spaces that a namespace line has defined hold for the records
 * that follow; a vector in a space that none has defined is one of a cosine space of its length.
 * For one thread.
 */
final class JsonLineReader {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private final Map<String, Map<String, EmbeddingSpace>> spaces = new HashMap<>();

  /** What a line says. */
  sealed interface Line {}

  /** The first line. */
  record Header() implements Line {}

  /** A namespace, with what sets its options. */
  record NamespaceLine(Write.Configure write) implements Line {}

  /** A record, with what writes it. */
  record RecordLine(Write.Upsert write) implements Line {}

  /** The last line. */
  record End(long records) implements Line {}

  /**
   * Reads a line.
   *
   * @throws SerializationException when it is none of the above, saying why
   * @throws dev.nacre.error.ValidationException when what it says is outside what is allowed
   */
  Line read(byte[] line) {
    try (JsonParser parser = FACTORY.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new SerializationException("it is not a JSON object");
      }
      Fields fields = new Fields();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        var _ = parser.nextToken();
        field(parser, line, name, fields);
      }
      if (parser.nextToken() != null) {
        throw new SerializationException("text goes on after the object");
      }
      return fields.line();
    } catch (JsonProcessingException e) {
      throw new SerializationException("it is not JSON: " + e.getOriginalMessage(), Map.of(), e);
    } catch (IOException e) {
      throw new SerializationException("it cannot be read: " + e.getMessage(), Map.of(), e);
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new SerializationException(String.valueOf(e.getMessage()), Map.of(), e);
    }
  }

  /** The spaces that the last line of a namespace has named. */
  Map<String, EmbeddingSpace> spaces(String namespace) {
    return spaces.getOrDefault(namespace, Map.of());
  }

  /** What was read of a line so far. */
  private final class Fields {
    private boolean header;
    private long end = -1;
    private boolean exported;
    private @Nullable String namespace;
    private @Nullable String key;
    private boolean options;
    private @Nullable Duration timeToLive;
    private Retention retention = Retention.all();
    private List<EmbeddingSpace> declared = List.of();
    private List<DeclaredField> declaredFields = List.of();
    private List<EmbeddingSpace> fixed = List.of();
    private @Nullable Value value;
    private @Nullable String base64;
    private @Nullable String mediaType;
    private @Nullable Metadata metadata;
    private Map<String, float[]> vectors = Map.of();
    private @Nullable Instant expiresAt;

    private void value(Value read) {
      if (value != null || base64 != null) {
        throw new SerializationException("it has two values");
      }
      value = read;
    }

    private Line line() {
      if (header) {
        return new Header();
      }
      if (end >= 0) {
        return new End(end);
      }
      if (namespace == null) {
        throw new SerializationException("it names no namespace");
      }
      if (key == null) {
        if (!options) {
          throw new SerializationException("it has neither a key nor options");
        }
        Map<String, EmbeddingSpace> byName = new HashMap<>();
        fixed.forEach(space -> byName.put(space.name(), space));
        declared.forEach(space -> byName.put(space.name(), space));
        spaces.put(namespace, byName);
        return new NamespaceLine(
            new Write.Configure(
                namespace, new NamespaceOptions(declared, timeToLive, retention, declaredFields)));
      }
      return record(namespace, key);
    }

    private Line record(String of, String named) {
      if (base64 != null) {
        value =
            Value.bytes(
                Base64.getDecoder().decode(base64),
                mediaType == null ? "application/octet-stream" : mediaType);
      } else if (mediaType != null) {
        throw new SerializationException("it has a mediaType without base64");
      }
      List<Embedding> embeddings = new ArrayList<>();
      vectors.forEach(
          (name, vector) -> {
            EmbeddingSpace space = spaces.getOrDefault(of, Map.of()).get(name);
            embeddings.add(
                Embedding.of(
                    space == null ? EmbeddingSpace.of(name, Math.max(1, vector.length)) : space,
                    vector));
          });
      // A record may have an expiry and nothing else; written by hand, it is a slip of the pen.
      if (value == null && metadata == null && embeddings.isEmpty() && !exported) {
        throw new SerializationException("the record has no value, metadata or embeddings");
      }
      return new RecordLine(
          new Write.Upsert(
              of,
              named,
              value,
              metadata,
              embeddings,
              expiresAt == null ? Write.Expiry.Never.NEVER : new Write.Expiry.At(expiresAt),
              WriteCondition.none()));
    }
  }

  private static void field(JsonParser parser, byte[] line, String name, Fields fields)
      throws IOException {
    switch (name) {
      case "nacreExport" -> {
        if (parser.getLongValue() > JsonLineWriter.FORMAT) {
          throw new FormatException(
              "the export has format "
                  + parser.getLongValue()
                  + ", this release of Nacre reads format "
                  + JsonLineWriter.FORMAT
                  + "; upgrade Nacre to read it");
        }
        fields.header = true;
      }
      case "end" -> fields.end = parser.getLongValue();
      case "namespace" -> fields.namespace = text(parser, name);
      case "key" -> fields.key = text(parser, name);
      case "options" -> {
        fields.options = true;
        options(parser, fields);
      }
      case "spaces" -> fields.fixed = spaces(parser);
      case "value" -> fields.value(Value.json(raw(parser, line)));
      case "valueText" -> fields.value(Value.json(text(parser, name)));
      case "text" -> fields.value(Value.text(text(parser, name)));
      case "base64" -> {
        if (fields.value != null) {
          throw new SerializationException("it has two values");
        }
        fields.base64 = text(parser, name);
      }
      case "mediaType" -> fields.mediaType = text(parser, name);
      case "metadata" -> fields.metadata = metadata(parser);
      case "embeddings" -> fields.vectors = vectors(parser);
      case "expiresAt" -> fields.expiresAt = Instant.parse(text(parser, name));
      // What an import gives anew.
      case "version", "valueVersion", "metadataVersion" -> {
        var _ = parser.getLongValue();
        fields.exported = true;
      }
      case "content" -> {
        if (text(parser, name).equals(JsonLineWriter.HISTORY)) {
          throw new ValidationException(ImportCommits.NO_HISTORY);
        }
      }
      case "operation" -> throw new ValidationException(ImportCommits.NO_HISTORY);
      case "committedAt", "instant", "lineage" -> {
        var _ = text(parser, name);
      }
      default ->
          throw new SerializationException(
              "it has a field \"" + name + "\", which means nothing here");
    }
  }

  /** The very bytes of a value, from its first to its last. */
  private static String raw(JsonParser parser, byte[] line) throws IOException {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    // A text is read lazily: its end is known when it was.
    parser.finishToken();
    int to = (int) parser.currentLocation().getByteOffset();
    return new String(line, from, to - from, StandardCharsets.UTF_8);
  }

  private static String text(JsonParser parser, String name) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw new SerializationException("\"" + name + "\" is not a string");
    }
    return parser.getText();
  }

  private static void options(JsonParser parser, Fields fields) throws IOException {
    expect(parser, JsonToken.START_OBJECT, "options");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      var _ = parser.nextToken();
      switch (name) {
        case "retention" -> fields.retention = Retention.parse(text(parser, name));
        case "timeToLive" -> fields.timeToLive = Duration.parse(text(parser, name));
        case "fields" -> fields.declaredFields = declaredFields(parser);
        case "spaces" -> fields.declared = spaces(parser);
        default -> throw new SerializationException("there is no option \"" + name + "\"");
      }
    }
  }

  private static List<DeclaredField> declaredFields(JsonParser parser) throws IOException {
    expect(parser, JsonToken.START_OBJECT, "fields");
    List<DeclaredField> read = new ArrayList<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      var _ = parser.nextToken();
      read.add(new DeclaredField(name, text(parser, name)));
    }
    return read;
  }

  private static List<EmbeddingSpace> spaces(JsonParser parser) throws IOException {
    expect(parser, JsonToken.START_ARRAY, "spaces");
    List<EmbeddingSpace> read = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(parser, JsonToken.START_OBJECT, "a space");
      String spaceName = null;
      int dimension = 0;
      Metric metric = Metric.COSINE;
      String model = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        var _ = parser.nextToken();
        switch (name) {
          case "name" -> spaceName = text(parser, name);
          case "dimension" -> dimension = parser.getIntValue();
          case "metric" -> metric = Metric.valueOf(text(parser, name));
          case "model" -> model = text(parser, name);
          default -> throw new SerializationException("a space has no field \"" + name + "\"");
        }
      }
      if (spaceName == null) {
        throw new SerializationException("a space has no name");
      }
      read.add(new EmbeddingSpace(spaceName, dimension, metric, model));
    }
    return read;
  }

  static Metadata metadata(JsonParser parser) throws IOException {
    expect(parser, JsonToken.START_OBJECT, "metadata");
    Map<String, Object> fields = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      if (parser.nextToken() == JsonToken.START_ARRAY) {
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(scalar(parser, name));
        }
        fields.put(name, elements);
      } else {
        fields.put(name, scalar(parser, name));
      }
    }
    return Metadata.of(fields);
  }

  private static Object scalar(JsonParser parser, String name) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> parser.getText();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      default ->
          throw new SerializationException(
              "metadata field \"" + name + "\" is neither a scalar nor a list of scalars");
    };
  }

  private static Map<String, float[]> vectors(JsonParser parser) throws IOException {
    expect(parser, JsonToken.START_OBJECT, "embeddings");
    Map<String, float[]> read = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String space = parser.currentName();
      var _ = parser.nextToken();
      expect(parser, JsonToken.START_OBJECT, "the embedding in \"" + space + "\"");
      float[] vector = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        var _ = parser.nextToken();
        switch (name) {
          case "version" -> {
            var _ = parser.getLongValue();
          }
          case "vector" -> vector = vector(parser);
          default -> throw new SerializationException("an embedding has no field \"" + name + "\"");
        }
      }
      if (vector == null) {
        throw new SerializationException("the embedding in \"" + space + "\" has no vector");
      }
      read.put(space, vector);
    }
    return read;
  }

  private static float[] vector(JsonParser parser) throws IOException {
    expect(parser, JsonToken.START_ARRAY, "a vector");
    float[] components = new float[16];
    int count = 0;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      if (token == null || !token.isNumeric()) {
        throw new SerializationException("component " + count + " of a vector is not a number");
      }
      if (count == components.length) {
        if (count >= EmbeddingSpace.DIMENSION_MAX) {
          throw new SerializationException(
              "a vector has more than " + EmbeddingSpace.DIMENSION_MAX + " components");
        }
        components = Arrays.copyOf(components, 2 * count);
      }
      components[count++] = Float.parseFloat(parser.getText());
    }
    return Arrays.copyOf(components, count);
  }

  private static void expect(JsonParser parser, JsonToken token, String what) {
    if (parser.currentToken() != token) {
      throw new SerializationException(
          what + " is not " + (token == JsonToken.START_OBJECT ? "an object" : "a list"));
    }
  }
}
