package dev.nacre.sql.arrow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed while they export, and one without the flag that Arrow needs. */
class ArrowProcessTest {
  private static final Map<String, String> FLAG =
      Map.of("JDK_JAVA_OPTIONS", "--add-opens=java.base/java.nio=ALL-UNNAMED");

  @TempDir private Path directory;

  @Test
  void exportKilled_atAnyMoment_fileIsWholeOrNotThere() throws Exception {
    Random random = new Random(3);
    int without = 0;
    for (int i = 0; i < 5; i++) {
      Path file = directory.resolve("export-" + i + ".arrow");
      try (ChildJvm child = ChildJvm.start(ExportChild.class, directory, FLAG, file.toString())) {
        assertEquals("exporting", child.next());
        child.run(Duration.ofMillis(random.nextInt(300)));
        child.kill();
      }
      if (Files.exists(file)) {
        try (Store copy = Store.open(StoreOptions.inMemory())) {
          assertEquals(ExportChild.RECORDS, Tables.importAll(copy, file).records());
        }
      } else {
        without++;
      }
    }
    assertTrue(without > 0, "every export was over before it was killed");
  }

  @Test
  void jvmWithoutTheFlag_exports_namesIt() throws Exception {
    Path file = directory.resolve("export.arrow");
    try (ChildJvm child = ChildJvm.start(ExportChild.class, directory, file.toString())) {
      assertEquals("exporting", child.next());
      assertEquals("UNAVAILABLE --add-opens=java.base/java.nio=ALL-UNNAMED", child.next());
    }
  }
}
