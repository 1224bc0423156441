package dev.nacre.store.maintain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Namespace;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.VersionedRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an export; {@link JsonLineReader} reads them.
 *
 * <pre>
 * {"nacreExport":1,"version":42,"instant":"…","lineage":"…"}                    first
 * {"namespace":"docs","options":{"timeToLive":"PT1H","retention":"last:5","spaces":[SPACE …]},"spaces":[SPACE …]}
 * {"namespace":"docs","key":"a","version":7,"committedAt":"…",                  one a record
 *  "value":{…} | "valueText":"{…}" | "text":"…" | "base64":"…","mediaType":"…",
 *  "valueVersion":7,"metadata":{…},"metadataVersion":5,
 *  "embeddings":{"default":{"version":6,"vector":[0.1,…]}},"expiresAt":"…"}
 * {"namespace":"docs","key":"a","version":7,"committedAt":"…",                  one a change, in a
 *  "operation":"put","actor":"…","source":"…","attributes":{…}, as above}         history
 * {"end":1234}                                                                  last: how many records
 *
 * SPACE = {"name":"default","dimension":384,"metric":"COSINE","model":"…"}
 * </pre>
 *
 * A JSON value stands in {@code value} byte for byte; one with line breaks between its tokens, as
 * text in {@code valueText}. {@code text} is plain text, {@code base64} any other bytes. For one
 * thread.
 */
final class JsonLineWriter {
  static final int FORMAT = 1;

  /** What the first line calls a history. */
  static final String HISTORY = "history";

  private static final JsonFactory FACTORY = new JsonFactory();

  private final OutputStream out;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 12);
  private long bytes;

  JsonLineWriter(OutputStream out) {
    this.out = out;
  }

  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  /** How many bytes were written. */
  long bytes() {
    return bytes;
  }

  void header(ReadPoint at, ExportRequest.Content content) throws IOException {
    line(
        json -> {
          json.writeNumberField("nacreExport", FORMAT);
          json.writeNumberField("version", at.version());
          json.writeStringField("instant", at.instant().toString());
          json.writeStringField("lineage", at.lineage());
          if (content == ExportRequest.Content.HISTORY) {
            json.writeStringField("content", HISTORY);
          }
        });
  }

  void namespace(Namespace namespace) throws IOException {
    line(
        json -> {
          json.writeStringField("namespace", namespace.name());
          json.writeObjectFieldStart("options");
          var timeToLive = namespace.options().timeToLive();
          if (timeToLive != null) {
            json.writeStringField("timeToLive", timeToLive.toString());
          }
          if (!(namespace.options().retention() instanceof Retention.All)) {
            json.writeStringField("retention", namespace.options().retention().toString());
          }
          if (!namespace.options().fields().isEmpty()) {
            json.writeObjectFieldStart("fields");
            for (DeclaredField field : namespace.options().fields()) {
              json.writeStringField(field.name(), field.path());
            }
            json.writeEndObject();
          }
          spaces(json, namespace.options().spaces());
          json.writeEndObject();
          spaces(json, namespace.spaces());
        });
  }

  private static void spaces(JsonGenerator json, Iterable<EmbeddingSpace> spaces)
      throws IOException {
    json.writeArrayFieldStart("spaces");
    for (EmbeddingSpace space : spaces) {
      json.writeStartObject();
      json.writeStringField("name", space.name());
      json.writeNumberField("dimension", space.dimension());
      json.writeStringField("metric", space.metric().name());
      if (space.model() != null) {
        json.writeStringField("model", space.model());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  void record(VersionedRecord record) throws IOException {
    line(
        json -> {
          json.writeStringField("namespace", record.namespace());
          json.writeStringField("key", record.key());
          json.writeNumberField("version", record.version());
          json.writeStringField("committedAt", record.committedAt().toString());
          parts(json, record);
        });
  }

  void change(ExportedChange change) throws IOException {
    line(
        json -> {
          json.writeStringField("namespace", change.namespace());
          if (change.key() != null) {
            json.writeStringField("key", change.key());
          }
          json.writeNumberField("version", change.version());
          json.writeStringField("committedAt", change.committedAt().toString());
          json.writeStringField("operation", change.operation().text());
          commit(json, change.attributes());
          if (change.record() != null) {
            parts(json, change.record());
          }
        });
  }

  private static void commit(JsonGenerator json, CommitAttributes attributes) throws IOException {
    if (attributes.actor() != null) {
      json.writeStringField("actor", attributes.actor());
    }
    if (attributes.source() != null) {
      json.writeStringField("source", attributes.source());
    }
    if (!attributes.other().isEmpty()) {
      json.writeFieldName("attributes");
      attributes(json, attributes);
    }
  }

  /** The attributes that have no name of their own. */
  static void attributes(JsonGenerator json, CommitAttributes attributes) throws IOException {
    json.writeStartObject();
    for (Map.Entry<String, String> other : new TreeMap<>(attributes.other()).entrySet()) {
      json.writeStringField(other.getKey(), other.getValue());
    }
    json.writeEndObject();
  }

  private static void parts(JsonGenerator json, VersionedRecord record) throws IOException {
    Value value = record.value().orElse(null);
    if (value != null) {
      value(json, value);
      json.writeNumberField("valueVersion", record.valueVersion().orElse(0));
    }
    if (record.metadataVersion().isPresent()) {
      json.writeFieldName("metadata");
      metadata(json, record.metadata());
      json.writeNumberField("metadataVersion", record.metadataVersion().getAsLong());
    }
    if (!record.embeddings().isEmpty()) {
      json.writeObjectFieldStart("embeddings");
      for (Map.Entry<String, Embedding> embedding : new TreeMap<>(record.embeddings()).entrySet()) {
        json.writeObjectFieldStart(embedding.getKey());
        json.writeNumberField(
            "version", record.embeddingVersions().getOrDefault(embedding.getKey(), 0L));
        json.writeArrayFieldStart("vector");
        for (float component : embedding.getValue().vector()) {
          json.writeNumber(component);
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    if (record.expiresAt().isPresent()) {
      json.writeStringField("expiresAt", record.expiresAt().get().toString());
    }
  }

  void end(long records) throws IOException {
    line(json -> json.writeNumberField("end", records));
  }

  private static void value(JsonGenerator json, Value value) throws IOException {
    switch (value) {
      case Value.Json document -> {
        String text = document.asString();
        if (text.indexOf('\n') < 0 && text.indexOf('\r') < 0) {
          json.writeFieldName("value");
          json.writeRawValue(text);
        } else {
          json.writeStringField("valueText", text);
        }
      }
      case Value.Bytes typed -> {
        String text = typed.mediaType().equals(Value.TEXT) ? utf8(typed.toByteArray()) : null;
        if (text != null) {
          json.writeStringField("text", text);
        } else {
          json.writeBinaryField("base64", typed.toByteArray());
          json.writeStringField("mediaType", typed.mediaType());
        }
      }
    }
  }

  /** The text of bytes, or null when they are not UTF-8. */
  private static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      return null;
    }
  }

  static void metadata(JsonGenerator json, Metadata metadata) throws IOException {
    json.writeStartObject();
    for (Map.Entry<String, Object> field : metadata.asMap().entrySet()) {
      json.writeFieldName(field.getKey());
      scalar(json, field.getValue());
    }
    json.writeEndObject();
  }

  private static void scalar(JsonGenerator json, Object value) throws IOException {
    switch (value) {
      case String text -> json.writeString(text);
      case Boolean flag -> json.writeBoolean(flag);
      case Long number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case Iterable<?> elements -> {
        json.writeStartArray();
        for (Object element : elements) {
          scalar(json, element);
        }
        json.writeEndArray();
      }
      default -> throw new IllegalStateException("no metadata value: " + value.getClass());
    }
  }

  private void line(Content content) throws IOException {
    line.reset();
    try (JsonGenerator json = FACTORY.createGenerator(line)) {
      json.writeStartObject();
      content.write(json);
      json.writeEndObject();
    }
    line.write('\n');
    line.writeTo(out);
    bytes += line.size();
  }
}
