package dev.nacre.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The reference page lists exactly the codes there are, with the class and retryability the code
 * has.
 */
class ErrorReferenceTest {
  private static final Pattern ROW =
      Pattern.compile("\\| (\\d+) \\| `(\\w+)` \\| `(\\w+)` \\| (yes|no) \\| .+ \\|");

  @Test
  void errorsPage_listsEveryCode_withClassAndRetryability() throws IOException {
    List<String> documented =
        Files.readAllLines(Path.of("../docs/reference/errors.md")).stream()
            .map(ROW::matcher)
            .filter(Matcher::matches)
            .map(row -> row.group(1) + " " + row.group(2) + " " + row.group(3) + " " + row.group(4))
            .toList();

    assertEquals(
        Stream.of(ErrorCode.values()).map(ErrorReferenceTest::describe).toList(), documented);
  }

  private static String describe(ErrorCode code) {
    NacreException example =
        Stream.of(NacreException.class.getPermittedSubclasses())
            .map(ErrorReferenceTest::instantiate)
            .filter(exception -> exception.code() == code)
            .findFirst()
            .orElseThrow();
    String retryable = example.retryable() ? "yes" : "no";
    return String.format(
        Locale.ROOT,
        "%d %s %s %s",
        code.number(),
        code,
        example.getClass().getSimpleName(),
        retryable);
  }

  private static NacreException instantiate(Class<?> type) {
    try {
      return (NacreException) type.getConstructor(String.class).newInstance("example");
    } catch (NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      throw new LinkageError(type + " needs a constructor with a message", e);
    }
  }
}
