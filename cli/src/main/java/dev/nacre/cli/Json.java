package dev.nacre.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.error.SerializationException;
import dev.nacre.model.Commit;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Namespace;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Nacre's data as the command line's JSON, and back. Stateless. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** A field's value: a scalar or a list of scalars. */
  static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  static ObjectNode of(Commit commit) {
    return object()
        .put("version", commit.version())
        .put("committedAt", commit.committedAt().toString())
        .put("lineage", commit.lineage());
  }

  static ObjectNode of(ReadPoint at) {
    return object()
        .put("version", at.version())
        .put("instant", at.instant().toString())
        .put("lineage", at.lineage());
  }

  static ObjectNode of(VersionedRecord record) {
    ObjectNode node =
        object()
            .put("namespace", record.namespace())
            .put("key", record.key())
            .put("version", record.version())
            .put("committedAt", record.committedAt().toString());
    record.value().ifPresent(value -> value(node, value));
    record.valueVersion().ifPresent(version -> node.put("valueVersion", version));
    if (record.metadataVersion().isPresent()) {
      node.set("metadata", MAPPER.valueToTree(record.metadata().asMap()));
      node.put("metadataVersion", record.metadataVersion().getAsLong());
    }
    if (!record.embeddingVersions().isEmpty()) {
      ObjectNode embeddings = node.putObject("embeddings");
      new TreeMap<>(record.embeddingVersions())
          .forEach(
              (space, version) -> {
                ObjectNode embedding = embeddings.putObject(space).put("version", version);
                var given = record.embeddings().get(space);
                if (given != null) {
                  ArrayNode vector = embedding.putArray("vector");
                  for (float component : given.vector()) {
                    vector.add(component);
                  }
                }
              });
    }
    record.expiresAt().ifPresent(at -> node.put("expiresAt", at.toString()));
    return node;
  }

  private static void value(ObjectNode node, Value value) {
    switch (value) {
      case Value.Json document -> node.set("value", document.asTree());
      case Value.Bytes bytes -> {
        node.put("mediaType", bytes.mediaType());
        if (bytes.mediaType().startsWith("text/")) {
          node.put("text", bytes.asString());
        } else {
          node.put("base64", bytes.toByteArray());
        }
      }
    }
  }

  static ObjectNode of(Namespace namespace) {
    ObjectNode node =
        object()
            .put("name", namespace.name())
            .put("id", namespace.id())
            .put("createdVersion", namespace.createdVersion());
    if (namespace.options().timeToLive() != null) {
      node.put("timeToLive", namespace.options().timeToLive().toString());
    }
    node.put("retention", namespace.options().retention().toString());
    if (!namespace.options().fields().isEmpty()) {
      ObjectNode fields = node.putObject("fields");
      namespace.options().fields().forEach(field -> fields.put(field.name(), field.path()));
    }
    ArrayNode spaces = node.putArray("spaces");
    for (EmbeddingSpace space : namespace.spaces()) {
      ObjectNode one =
          spaces
              .addObject()
              .put("name", space.name())
              .put("dimension", space.dimension())
              .put("metric", space.metric().name());
      if (space.model() != null) {
        one.put("model", space.model());
      }
    }
    return node;
  }

  /** Metadata of a JSON object. */
  static Metadata metadata(String text) {
    JsonNode tree = parse(text, "--metadata");
    if (!tree.isObject()) {
      throw new SerializationException("--metadata is not a JSON object: " + text);
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      fields.put(field.getKey(), metadataValue(field.getKey(), field.getValue()));
    }
    return Metadata.of(fields);
  }

  private static Object metadataValue(String name, JsonNode node) {
    if (node.isArray()) {
      List<Object> elements = new ArrayList<>();
      for (JsonNode element : node) {
        elements.add(scalar(name, element));
      }
      return elements;
    }
    return scalar(name, node);
  }

  /** A string, number or boolean. */
  static Object scalar(String name, JsonNode node) {
    if (node.isTextual()) {
      return node.textValue();
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return node.longValue();
    }
    if (node.isFloatingPointNumber() && Double.isFinite(node.doubleValue())) {
      return node.doubleValue();
    }
    throw new SerializationException(
        "\""
            + name
            + "\" is neither a string, a boolean, a 64-bit integer nor a finite number: "
            + node);
  }

  /** A vector of a JSON list. */
  static float[] vector(String text) {
    JsonNode tree = parse(text, "--vector");
    if (!tree.isArray() || tree.isEmpty()) {
      throw new SerializationException("--vector is not a JSON list of numbers");
    }
    float[] vector = new float[tree.size()];
    for (int i = 0; i < vector.length; i++) {
      if (!tree.get(i).isNumber()) {
        throw new SerializationException("component " + i + " of --vector is not a number");
      }
      vector[i] = tree.get(i).floatValue();
    }
    return vector;
  }

  /** A scalar as it was typed: JSON where it is some, otherwise a string. */
  static Object typed(String name, String text) {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JsonProcessingException _) {
      return text;
    }
    return node.isValueNode() && !node.isNull() && !node.isMissingNode()
        ? scalar(name, node)
        : text;
  }

  private static JsonNode parse(String text, String what) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new SerializationException(
          what + " is not JSON: " + e.getOriginalMessage(), Map.of("option", what), e);
    }
  }
}
