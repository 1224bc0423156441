package dev.nacre.sql.arrow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nacre.error.ValidationException;
import dev.nacre.maintain.ExportReport;
import dev.nacre.maintain.ExportRequest;
import dev.nacre.maintain.ImportRequest;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.Store;
import dev.nacre.store.StoreOptions;
import dev.nacre.store.maintain.JsonLinesExport;
import dev.nacre.store.maintain.JsonLinesImport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.Test;

/** Every version of the records, as JSON Lines and as a table. */
class HistoryExportTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static Store history() {
    Store store = Store.open(StoreOptions.inMemory());
    Tables.commit(store, Tables.upsert("n", "a", Value.text("one"), Embedding.of(1, 2)));
    var _ =
        store
            .commit(
                WriteBatch.of(
                    List.of(Tables.upsert("n", "a", Value.text("two"), null)),
                    CommitAttributes.NONE.withActor("ada").with("ticket", "4711")),
                Durability.ASYNC,
                Tables.TIMEOUT)
            .join();
    Tables.commit(store, Tables.upsert("n", "b", Value.json("{\"x\": 1}"), null));
    Tables.commit(store, new Write.Delete("n", "a", WriteCondition.none()));
    return store;
  }

  private static byte[] lines(Store store) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ExportReport report =
        JsonLinesExport.run(store, ExportRequest.to(bytes).withHistory(), () -> false);
    assertEquals(bytes.size(), report.bytes());
    return bytes.toByteArray();
  }

  private static byte[] table(Store store) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    var _ = ArrowExport.run(store, ExportRequest.to(bytes).withHistory(), () -> false);
    return bytes.toByteArray();
  }

  /** The changes of an export in JSON Lines. */
  private static List<JsonNode> changes(byte[] lines) throws Exception {
    List<JsonNode> changes = new ArrayList<>();
    for (String line : new String(lines, StandardCharsets.UTF_8).lines().toList()) {
      JsonNode node = MAPPER.readTree(line);
      if (node.has("operation")) {
        changes.add(node);
      }
    }
    return changes;
  }

  @Test
  void changes_asLines_inOrderWithTheirCommits() throws Exception {
    try (Store store = history()) {
      List<JsonNode> changes = changes(lines(store));
      assertEquals(
          List.of("1 put a", "2 put a", "3 put b", "4 delete a"),
          changes.stream()
              .map(
                  change ->
                      change.path("version").asLong()
                          + " "
                          + change.path("operation").asText()
                          + " "
                          + change.path("key").asText())
              .toList());
      assertEquals("one", changes.get(0).path("text").asText());
      assertEquals(
          MAPPER.readTree("[1.0,2.0]"),
          changes.get(1).path("embeddings").path("default").path("vector"));
      assertEquals("ada", changes.get(1).path("actor").asText());
      assertEquals("4711", changes.get(1).path("attributes").path("ticket").asText());
      assertFalse(changes.get(3).has("text"));
    }
  }

  @Test
  void changes_asTable_areTheSame() throws Exception {
    try (Store store = history();
        BufferAllocator memory = new RootAllocator();
        ArrowStreamReader reader =
            new ArrowStreamReader(new ByteArrayInputStream(table(store)), memory)) {
      assertTrue(reader.loadNextBatch());
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      assertEquals(4, root.getRowCount());
      List<String> rows = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        rows.add(
            root.getVector("version").getObject(i)
                + " "
                + root.getVector("operation").getObject(i)
                + " "
                + root.getVector("key").getObject(i)
                + " "
                + root.getVector("value_text").getObject(i)
                + " "
                + root.getVector("actor").getObject(i)
                + " "
                + root.getVector("attributes").getObject(i));
      }
      assertEquals(
          List.of(
              "1 put a one null null",
              "2 put a two ada {\"ticket\":\"4711\"}",
              "3 put b {\"x\": 1} null null",
              "4 delete a null null null"),
          rows);
      assertNull(root.getVector("embedding:default").getObject(2));
      assertEquals("history", root.getSchema().getCustomMetadata().get("nacre.content"));
    }
  }

  @Test
  void history_imported_isRefusedAndNothingWritten() {
    try (Store store = history();
        Store copy = Store.open(StoreOptions.inMemory())) {
      byte[] lines = lines(store);
      byte[] table = table(store);
      for (var failure :
          List.of(
              assertThrows(
                  ValidationException.class,
                  () ->
                      JsonLinesImport.run(
                          copy, ImportRequest.from(new ByteArrayInputStream(lines)), () -> false)),
              assertThrows(ValidationException.class, () -> Tables.importAll(copy, table)))) {
        Tables.assertSays("history", failure);
      }
      assertEquals(0, copy.now().version());
    }
  }

  @Test
  void droppedByRetention_exported_beginsWhereItIsLeft() throws Exception {
    try (Store store = Store.open(StoreOptions.inMemory())) {
      Tables.commit(
          store,
          new Write.Configure(
              "n", NamespaceOptions.DEFAULT.withRetention(Retention.lastVersions(1))));
      for (int i = 0; i < 5; i++) {
        Tables.commit(store, Tables.upsert("n", "a", Value.text("v" + i), null));
      }
      int all = changes(lines(store)).size();
      var _ = store.sweep(() -> false);
      List<JsonNode> left = changes(lines(store));
      assertEquals(5, all);
      assertTrue(left.size() <= all, left::toString);
      assertEquals("v4", left.getLast().path("text").asText());
      for (JsonNode change : left) {
        assertTrue(change.has("text"), change::toString);
      }
    }
  }

  @Test
  void purged_exported_hasNoKeyAndNothingOfIt() throws Exception {
    try (Store store = history()) {
      var _ = store.purge(PurgeRequest.key("n", "b"), _ -> {});
      byte[] lines = lines(store);
      assertFalse(new String(lines, StandardCharsets.UTF_8).contains("\"x\""));
      List<JsonNode> purged =
          changes(lines).stream()
              .filter(change -> change.path("operation").asText().equals("purged"))
              .toList();
      assertEquals(List.of(3L, 5L), purged.stream().map(c -> c.path("version").asLong()).toList());
      assertFalse(purged.getFirst().has("key"));
      assertTrue(table(store).length > 0);
    }
  }
}
