package dev.nacre;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.FormatException;
import dev.nacre.error.UnavailableException;
import dev.nacre.maintain.BackupRequest;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Value;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading beside the owner: at the version of opening, and nothing is written. */
class ReadOnlyDatabaseTest {

  @Test
  void openReadOnly_besideAWriter_seesTheVersionOfOpeningAndRefusesWrites(@TempDir Path temporary) {
    Path directory = temporary.resolve("db");
    try (Database owner = Database.open(directory)) {
      var _ = owner.put("docs", "a", Value.text("one")).join();
      var _ = owner.embed("docs", "a", 1, 2).join();
      try (Database reader = Database.openReadOnly(directory)) {
        assertEquals(2, reader.stats().join().readPoint().version());
        var _ = owner.put("docs", "a", Value.text("two")).join();
        assertEquals(Value.text("one"), reader.require("docs", "a").join().value().orElseThrow());
        assertEquals("a", reader.similar("docs", 1, 2).join().hits().getFirst().key());
        byte[] line =
            "{\"namespace\":\"docs\",\"key\":\"b\",\"value\":1}".getBytes(StandardCharsets.UTF_8);
        List<Function<Database, CompletableFuture<?>>> writes =
            List.of(
                db -> db.put("docs", "b", Value.text("x")),
                db -> db.embed("docs", "b", 1, 2),
                db -> db.delete("docs", "a"),
                db -> db.configure("docs", NamespaceOptions.DEFAULT),
                db -> db.deleteNamespace("docs"),
                db -> db.backup(BackupRequest.to(temporary.resolve("backups"))),
                db -> db.importLines(ImportRequest.from(new ByteArrayInputStream(line))),
                Database::compact);
        for (Function<Database, CompletableFuture<?>> write : writes) {
          ExecutionException refused =
              assertThrows(ExecutionException.class, () -> write.apply(reader).get());
          assertInstanceOf(UnavailableException.class, refused.getCause());
        }
      }
      assertEquals(3, owner.stats().join().readPoint().version());
      assertEquals(
          ProcessHandle.current().pid(), Maintenance.owner(directory).join().orElseThrow().pid());
    }
    assertTrue(Maintenance.owner(directory).join().isEmpty());
    assertTrue(Maintenance.verify(directory).join().isClean());
  }

  @Test
  void openReadOnly_whereThereIsNone_refusedAndNoneMade(@TempDir Path temporary) {
    Path directory = temporary.resolve("db");
    assertThrows(FormatException.class, () -> Database.openReadOnly(directory));
    assertFalse(Files.exists(directory));
  }
}
