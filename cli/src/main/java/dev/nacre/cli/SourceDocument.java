package dev.nacre.cli;

import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An abstract as it is stored: title and text as the value, what one filters by as metadata.
 *
 * @param id its id, the key of the record
 * @param title the title
 * @param text the abstract, which begins with the title: what is embedded
 * @param author the author, or empty
 * @param source where it appeared, or empty
 */
record SourceDocument(String id, String title, String text, String author, String source) {
  Value.Json value() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("title", title);
    fields.put("text", text);
    return Value.json(fields);
  }

  Metadata metadata() {
    Map<String, Object> fields = new HashMap<>();
    fields.put("words", text.split("\\s+").length);
    if (!author.isBlank()) {
      fields.put("author", author);
    }
    if (!source.isBlank()) {
      fields.put("source", source);
    }
    return Metadata.of(fields);
  }

  /** The same with another text. */
  SourceDocument withText(String corrected) {
    return new SourceDocument(id, title, corrected, author, source);
  }
}
