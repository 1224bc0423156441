package dev.nacre.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.nacre.error.SerializationException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Map;

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
                  .build())
          .build();

  private StrictJson() {}

  /** The same bytes, when they are one strict document. */
  static byte[] checked(byte[] utf8) {
    try (JsonParser parser = MAPPER.createParser(utf8)) {
      if (parser.nextToken() == null) {
        throw new SerializationException("JSON text is empty");
      }
      check(parser);
      return utf8;
    } catch (JsonProcessingException e) {
      throw refused(e.getOriginalMessage(), place(e), e);
    } catch (IOException e) {
      throw refused(String.valueOf(e.getMessage()), "", e);
    }
  }

  private static void check(JsonParser parser) throws IOException {
    int depth = 0;
    JsonToken token = parser.currentToken();
    do {
      switch (token) {
        case START_OBJECT, START_ARRAY -> depth++;
        case END_OBJECT, END_ARRAY -> depth--;
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
    try {
      return checked(MAPPER.writeValueAsBytes(tree));
    } catch (JsonProcessingException e) {
      throw refused(e.getOriginalMessage(), place(e), e);
    }
  }

  static JsonNode tree(byte[] utf8) {
    try {
      return MAPPER.readTree(utf8);
    } catch (IOException e) {
      throw refused(String.valueOf(e.getMessage()), "", e);
    }
  }

  static <T> T as(byte[] utf8, Class<T> type) {
    try {
      return MAPPER.readValue(utf8, type);
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
      String why, String place, @org.jspecify.annotations.Nullable Throwable cause) {
    String message =
        "not a JSON value that can be stored: " + why + (place.isEmpty() ? "" : " (" + place + ")");
    Map<String, String> details = place.isEmpty() ? Map.of() : Map.of("place", place);
    return cause == null
        ? new SerializationException(message, details)
        : new SerializationException(message, details, cause);
  }
}
