package dev.nacre.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.nacre.error.SerializationException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as Nacre accepts it: one document, nothing lenient, nothing that another JSON reader would
 * read differently.
 */
final class StrictJson {
  private static final int DEPTH_MAX = 512;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH_MAX)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .streamWriteConstraints(
                      StreamWriteConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
                  // As bare tokens, which the check then refuses, and not as strings.
                  .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                  .build())
          .addModule(strictMapKeys())
          .build();

  /** For documents that were checked when they were written. */
  private static final JsonFactory STORED =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /** Reads tokens of a document that was checked when it was written. */
  @FunctionalInterface
  interface TokenReader {
    void read(JsonParser parser) throws IOException;
  }

  private StrictJson() {}

  private static SimpleModule strictMapKeys() {
    SimpleModule module = new SimpleModule("nacre");
    module.setKeySerializers(new StrictMapKeys());
    return module;
  }

  /** The UTF-8 of a text, when it is one strict document. */
  static byte[] checked(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (!Texts.isSame(text, utf8)) {
      throw refused("half of a surrogate pair", "character " + Texts.loneSurrogate(text), null);
    }
    return checked(utf8, text.contains("\\u") && mayEscapeSurrogates(utf8));
  }

  private static byte[] checked(byte[] utf8, boolean surrogates) {
    refuseOtherEncodings(utf8);
    try (JsonParser parser = MAPPER.createParser(utf8)) {
      if (parser.nextToken() == null) {
        throw new SerializationException("JSON text is empty");
      }
      check(parser, surrogates);
      return utf8;
    } catch (JsonProcessingException e) {
      throw refused(e.getOriginalMessage(), place(e), e);
    } catch (IOException e) {
      throw refused(String.valueOf(e.getMessage()), "", e);
    }
  }

  /** Jackson would take a text that begins so for UTF-16 or UTF-32, or pass over a mark. */
  private static void refuseOtherEncodings(byte[] utf8) {
    for (int i = 0; i < Math.min(4, utf8.length); i++) {
      if (utf8[i] == 0) {
        throw refused("a character of code 0", "character " + i, null);
      }
    }
    if (utf8.length >= 3
        && utf8[0] == (byte) 0xEF
        && utf8[1] == (byte) 0xBB
        && utf8[2] == (byte) 0xBF) {
      throw refused("a byte order mark", "character 0", null);
    }
  }

  /** Whether the text has an escape of the surrogates; few do, and only they need a closer look. */
  private static boolean mayEscapeSurrogates(byte[] utf8) {
    for (int i = 0; i + 2 < utf8.length; i++) {
      if (utf8[i] == '\\' && utf8[i + 1] == 'u' && (utf8[i + 2] | 0x20) == 'd') {
        return true;
      }
    }
    return false;
  }

  private static void check(JsonParser parser, boolean surrogates) throws IOException {
    int depth = 0;
    JsonToken token = parser.currentToken();
    do {
      switch (token) {
        case START_OBJECT, START_ARRAY -> depth++;
        case END_OBJECT, END_ARRAY -> depth--;
        case FIELD_NAME, VALUE_STRING -> {
          if (surrogates && Texts.loneSurrogate(parser.getText()) >= 0) {
            throw refused("half of a surrogate pair", place(parser), null);
          }
        }
        case VALUE_NUMBER_INT -> {
          if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw outOfRange("integer", parser.getBigIntegerValue(), parser);
          }
        }
        case VALUE_NUMBER_FLOAT -> {
          if (!Double.isFinite(parser.getDoubleValue())) {
            throw outOfRange("number", parser.getText(), parser);
          }
        }
        default -> {}
      }
      if (depth == 0) {
        break;
      }
      token = parser.nextToken();
    } while (token != null);
    if (parser.nextToken() != null) {
      throw refused("text goes on after the document", place(parser), null);
    }
  }

  /** The strict text of maps, lists, scalars, trees and beans. */
  static byte[] write(Object tree) {
    if (tree instanceof byte[]) {
      throw new SerializationException(
          "a byte array is not JSON: give the text as a String, or use Value.bytes");
    }
    try {
      byte[] utf8 = MAPPER.writeValueAsBytes(tree);
      return checked(utf8, mayEscapeSurrogates(utf8));
    } catch (JsonMappingException e) {
      if (e.getCause() instanceof SerializationException ours) {
        Map<String, String> details = new HashMap<>(ours.details());
        details.put("place", path(e));
        throw new SerializationException(ours.getMessage() + " (at " + path(e) + ")", details, e);
      }
      throw refused(e.getOriginalMessage(), path(e), e);
    } catch (JsonProcessingException e) {
      throw refused(e.getOriginalMessage(), place(e), e);
    }
  }

  /** Where in the tree, as a JSON pointer; cut off when it is long. */
  private static String path(JsonMappingException e) {
    StringBuilder pointer = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      pointer.append('/');
      pointer.append(step.getFieldName() == null ? step.getIndex() : step.getFieldName());
      if (pointer.length() > 200) {
        return pointer.substring(0, 200) + "…";
      }
    }
    return pointer.isEmpty() ? "/" : pointer.toString();
  }

  static JsonNode tree(byte[] row, int start) {
    try {
      return MAPPER.readTree(row, start, row.length - start);
    } catch (IOException e) {
      throw refused(String.valueOf(e.getMessage()), "", e);
    }
  }

  /** Has a reader read a document. */
  static void read(byte[] row, int start, TokenReader reader) {
    try (JsonParser parser = STORED.createParser(row, start, row.length - start)) {
      reader.read(parser);
    } catch (IOException e) {
      throw refused(String.valueOf(e.getMessage()), "", e);
    }
  }

  static <T> T as(byte[] row, int start, Class<T> type) {
    try {
      return MAPPER.readValue(row, start, row.length - start, type);
    } catch (IOException e) {
      throw new SerializationException(
          "the JSON value does not fit " + type.getName() + ": " + e.getMessage(),
          Map.of("type", type.getName()),
          e);
    }
  }

  private static SerializationException outOfRange(String kind, Object number, JsonParser parser) {
    String digits =
        number instanceof BigInteger integer ? integer.toString() : String.valueOf(number);
    String shown = digits.length() > 40 ? digits.substring(0, 40) + "…" : digits;
    return refused(
        kind
            + " "
            + shown
            + " is outside "
            + (kind.equals("integer") ? "64 bits" : "a finite double")
            + "; store it as a string",
        place(parser),
        null);
  }

  private static String place(JsonParser parser) {
    var at = parser.currentTokenLocation();
    return "line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  private static String place(JsonProcessingException e) {
    var at = e.getLocation();
    return at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  private static SerializationException refused(
      String why, String place, @Nullable Throwable cause) {
    String message =
        "not a JSON value that can be stored: " + why + (place.isEmpty() ? "" : " (" + place + ")");
    Map<String, String> details = place.isEmpty() ? Map.of() : Map.of("place", place);
    return cause == null
        ? new SerializationException(message, details)
        : new SerializationException(message, details, cause);
  }
}
