package dev.nacre.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.nacre.Database;
import dev.nacre.model.Value;
import dev.nacre.search.SearchRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The public API is what {@code api/} says. After an intended change run this test with {@code
 * -Dapi.update=true} and commit the files: reviewers see what users will see.
 */
class ApiDumpTest {
  private static final Map<String, Class<?>> MODULES =
      Map.of("db-core", Value.class, "vector", SearchRequest.class, "api-async", Database.class);

  @TestFactory
  Iterable<DynamicTest> publicApi_isWhatIsCommitted() {
    return MODULES.entrySet().stream()
        .map(
            module ->
                DynamicTest.dynamicTest(
                    module.getKey(), () -> check(module.getKey(), module.getValue())))
        .toList();
  }

  private static void check(String module, Class<?> type) throws IOException {
    Path file = Path.of("api", module + ".txt");
    String now = ApiDump.of(type);
    if (Boolean.getBoolean("api.update")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, now);
    }
    assertEquals(
        Files.exists(file) ? Files.readString(file) : "",
        now,
        "the public API of "
            + module
            + " has changed; if that is intended, run with -Dapi.update=true and commit "
            + file);
  }
}
