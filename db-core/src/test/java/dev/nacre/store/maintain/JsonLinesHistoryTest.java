package dev.nacre.store.maintain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ExportReport;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.WriteBatch;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The lines of an export of history, and the places that an export can go to. */
class JsonLinesHistoryTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Store store = Store.open(StoreOptions.inMemory());

  @TempDir private Path temporary;

  @AfterEach
  void close() {
    store.close();
  }

  private void commit(WriteBatch batch) {
    var _ = store.commit(batch, Durability.ASYNC, LONG).join();
  }

  private void fill() {
    commit(
        WriteBatch.builder()
            .put("n", "a", Value.json("{\"b\":1}"), Metadata.of("m", 1), Embedding.of(1, 2))
            .put("n", "gone", Value.text("v"))
            .attributes(
                CommitAttributes.NONE
                    .withActor("ada")
                    .withSource("desk")
                    .with("ticket", "4711")
                    .with("build", "7"))
            .build());
    commit(WriteBatch.builder().delete("n", "gone").build());
    var _ = store.purge(PurgeRequest.key("n", "gone"), _ -> {});
  }

  private ExportReport run(ExportRequest request) {
    return JsonLinesExport.run(store, request, () -> false);
  }

  private static List<JsonNode> lines(String text) {
    return text.lines().map(line -> Value.json(line).asTree()).toList();
  }

  @Test
  void history_isALineForEachChangeWithWhatItsCommitSaysOfItself() {
    fill();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    ExportReport report = run(ExportRequest.to(stream).withHistory());
    List<JsonNode> lines = lines(stream.toString(StandardCharsets.UTF_8));
    assertEquals(stream.size(), report.bytes());
    assertEquals("history", lines.getFirst().get("content").asText());
    assertEquals("n", lines.get(1).get("namespace").asText());
    List<JsonNode> changes = lines.subList(2, lines.size() - 1);
    assertEquals(changes.size(), report.records());
    assertEquals(changes.size(), lines.getLast().get("end").asLong());

    JsonNode put = changes.getFirst();
    assertEquals("put", put.get("operation").asText());
    assertEquals("a", put.get("key").asText());
    assertEquals("ada", put.get("actor").asText());
    assertEquals("desk", put.get("source").asText());
    assertEquals("{\"build\":\"7\",\"ticket\":\"4711\"}", put.get("attributes").toString());
    assertEquals("{\"b\":1}", put.get("value").toString());
    assertEquals("{\"m\":1}", put.get("metadata").toString());
    assertEquals("[1.0,2.0]", put.get("embeddings").get("default").get("vector").toString());

    JsonNode purged = changes.getLast();
    assertEquals("purged", purged.get("operation").asText());
    assertFalse(purged.has("key"));
    assertFalse(purged.has("value"));
    JsonNode erased = changes.get(2);
    assertEquals(2, erased.get("version").asLong());
    for (String absent : List.of("key", "actor", "source", "attributes", "value")) {
      assertFalse(erased.has(absent), absent);
    }
  }

  @Test
  void deletion_isALineWithItsKeyAndNothingOfTheRecord() {
    commit(WriteBatch.builder().put("n", "a", Value.text("v")).build());
    commit(WriteBatch.builder().delete("n", "a").build());
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    var _ = run(ExportRequest.to(stream).withHistory());
    JsonNode deleted = lines(stream.toString(StandardCharsets.UTF_8)).get(3);
    assertEquals("delete", deleted.get("operation").asText());
    assertEquals("a", deleted.get("key").asText());
    assertFalse(deleted.has("text"));
  }

  @Test
  void history_isNotImported() {
    fill();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    var _ = run(ExportRequest.to(stream).withHistory());
    ImportRequest request = ImportRequest.from(new ByteArrayInputStream(stream.toByteArray()));
    try (Store other = Store.open(StoreOptions.inMemory())) {
      assertThrows(
          ValidationException.class, () -> JsonLinesImport.run(other, request, () -> false));
      assertEquals(0, other.now().version());
    }
  }

  @Test
  void fileOfTheSameName_isReplaced_alsoBehindALink() throws IOException {
    fill();
    Path file = Files.writeString(temporary.resolve("export.jsonl"), "something else");
    Path link = Files.createSymbolicLink(temporary.resolve("link.jsonl"), file);
    ExportReport report = run(ExportRequest.to(link));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(report.bytes(), Files.size(file));
    assertEquals(report.records(), lines(Files.readString(file)).getLast().get("end").asLong());
  }

  @Test
  void exportThatFails_leavesTheFileOfItsNameAsItWas() throws IOException {
    fill();
    Path file = Files.writeString(temporary.resolve("export.jsonl"), "something else");
    assertThrows(
        ValidationException.class,
        () -> run(ExportRequest.to(file).withNamespaces(List.of("absent"))));
    assertEquals("something else", Files.readString(file));
    try (Stream<Path> files = Files.list(temporary)) {
      assertEquals(1, files.count(), "nothing half written is left");
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "a device to write to is needed")
  void device_isWrittenAsItIs() {
    fill();
    Path device = Path.of("/dev/null");
    ExportReport report = run(ExportRequest.to(device));
    assertTrue(report.bytes() > 0);
    assertFalse(Files.isRegularFile(device), "it was not replaced by a file");
    assertEquals(1, report.records());
  }
}
