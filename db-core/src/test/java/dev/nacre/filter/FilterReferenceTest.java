package dev.nacre.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nacre.error.ValidationException;
import dev.nacre.model.Metadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the reference page says of its examples is so. */
class FilterReferenceTest {
  private static final Path PAGE = Path.of("../docs/reference/filters.md");
  private static final Pattern RECORD = Pattern.compile("```json\n(.+?)\n```", Pattern.DOTALL);
  private static final Pattern ROW =
      Pattern.compile("^\\| (?:`` (.+) ``|`(.+)`) \\| (yes|no) \\|$", Pattern.MULTILINE);
  private static final Pattern PROBLEM =
      Pattern.compile("```\n(the filter .+?\n  (.+?)\n *\\^)\n```", Pattern.DOTALL);

  @Test
  void examples_matchAsThePageSays() throws IOException {
    String page = Files.readString(PAGE);
    Matcher record = RECORD.matcher(page);
    assertTrue(record.find());
    Map<?, ?> fields = new ObjectMapper().readValue(record.group(1), Map.class);
    @SuppressWarnings("unchecked")
    Metadata metadata = Metadata.of((Map<String, ?>) fields);
    Matcher row = ROW.matcher(page);
    int rows = 0;
    while (row.find()) {
      String text = row.group(1) == null ? row.group(2) : row.group(1);
      assertEquals(row.group(3).equals("yes"), Filter.parse(text).matches(metadata), text);
      rows++;
    }
    assertEquals(23, rows);
  }

  @Test
  void problem_isShownAsThePageSays() throws IOException {
    Matcher problem = PROBLEM.matcher(Files.readString(PAGE));
    assertTrue(problem.find());
    ValidationException e =
        assertThrows(ValidationException.class, () -> Filter.parse(problem.group(2)));
    assertEquals(problem.group(1), Objects.requireNonNull(e.getMessage()));
  }
}
