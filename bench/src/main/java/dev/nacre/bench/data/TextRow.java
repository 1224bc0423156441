package dev.nacre.bench.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One text of the collection.
 *
 * @param id its key, for example {@code deb:vim} or {@code wn:noun:00001740}
 * @param text some eighty characters
 * @param fields its metadata
 */
public record TextRow(String id, String text, Map<String, Object> fields) {
  /** Copies the map. */
  public TextRow {
    fields = Map.copyOf(fields);
  }

  /** Reads one line of {@code texts.jsonl}. */
  static TextRow of(JsonNode line) {
    Map<String, Object> fields = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : line.required("metadata").properties()) {
      fields.put(field.getKey(), plain(field.getValue()));
    }
    return new TextRow(line.required("id").asText(), line.required("text").asText(), fields);
  }

  /** The metadata field that filters are measured by. */
  public String section() {
    return String.valueOf(fields.get("section"));
  }

  /** The metadata as a record carries them. */
  public Metadata metadata() {
    return Metadata.of(fields);
  }

  /** The value as a record carries it. */
  public Value value() {
    return Value.json(Map.of("text", text));
  }

  private static Object plain(JsonNode node) {
    if (node.isArray()) {
      List<Object> elements = new ArrayList<>();
      node.forEach(element -> elements.add(plain(element)));
      return elements;
    }
    return node.isIntegralNumber() ? (Object) node.longValue() : node.asText();
  }
}
