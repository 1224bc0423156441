package dev.nacre.store.maintain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.nacre.error.SerializationException;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Namespace;
import dev.nacre.model.Write;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Pieces of JSON that every form of export has: namespaces and metadata, as {@link JsonLineWriter}
 * draws them. Stateless.
 */
public final class ExportTexts {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private ExportTexts() {}

  /**
   * A namespace that was read.
   *
   * @param write sets its options
   * @param spaces every space that is fixed or declared
   */
  public record NamespaceText(Write.Configure write, Map<String, EmbeddingSpace> spaces) {
    /** Copies the map. */
    public NamespaceText {
      spaces = Map.copyOf(spaces);
    }
  }

  /** Namespaces as a JSON array of the objects that are lines in JSON Lines. */
  public static String namespaces(List<Namespace> namespaces) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      JsonLineWriter lines = new JsonLineWriter(bytes);
      for (Namespace namespace : namespaces) {
        lines.namespace(namespace);
      }
      String text = bytes.toString(StandardCharsets.UTF_8);
      // A line feed inside a string is escaped: each line is one object.
      return "[" + text.strip().replace("\n", ",") + "]";
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory can be written", e);
    }
  }

  /**
   * Reads what {@link #namespaces(List)} writes.
   *
   * @throws SerializationException when it is something else
   */
  public static List<NamespaceText> namespaces(String text) {
    List<NamespaceText> read = new ArrayList<>();
    JsonLineReader reader = new JsonLineReader();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new SerializationException("the namespaces are not a JSON array");
      }
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        int to = (int) parser.currentLocation().getByteOffset();
        byte[] line = Arrays.copyOfRange(bytes, from, to);
        if (!(reader.read(line) instanceof JsonLineReader.NamespaceLine namespace)) {
          throw new SerializationException("the namespaces hold something else");
        }
        read.add(
            new NamespaceText(namespace.write(), reader.spaces(namespace.write().namespace())));
      }
      if (parser.currentToken() != JsonToken.END_ARRAY || parser.nextToken() != null) {
        throw new SerializationException("the namespaces are not one JSON array of objects");
      }
      return read;
    } catch (JsonProcessingException e) {
      throw new SerializationException(
          "the namespaces are not JSON: " + e.getOriginalMessage(), Map.of(), e);
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory can be read", e);
    }
  }

  /** Metadata as a JSON object: integers without, other numbers with a decimal point. */
  public static String metadata(Metadata metadata) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      JsonLineWriter.metadata(json, metadata);
    } catch (IOException e) {
      throw new IllegalStateException("text in memory can be written", e);
    }
    return text.toString();
  }

  /** The attributes of a commit that have no name of their own, as a JSON object. */
  public static String attributes(CommitAttributes attributes) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      JsonLineWriter.attributes(json, attributes);
    } catch (IOException e) {
      throw new IllegalStateException("text in memory can be written", e);
    }
    return text.toString();
  }

  /**
   * Reads what {@link #metadata(Metadata)} writes.
   *
   * @throws SerializationException when it is not a JSON object of scalars and lists of scalars
   * @throws dev.nacre.error.ValidationException when a field is not allowed
   */
  public static Metadata metadata(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      var _ = parser.nextToken();
      Metadata metadata = JsonLineReader.metadata(parser);
      if (parser.nextToken() != null) {
        throw new SerializationException("text goes on after the metadata");
      }
      return metadata;
    } catch (JsonProcessingException e) {
      throw new SerializationException(
          "metadata is not JSON: " + e.getOriginalMessage(), Map.of(), e);
    } catch (IOException e) {
      throw new IllegalStateException("text in memory can be read", e);
    }
  }
}
