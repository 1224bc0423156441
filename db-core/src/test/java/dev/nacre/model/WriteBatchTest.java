package dev.nacre.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ValidationException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Batches, their conditions, and what they are checked against. */
class WriteBatchTest {
  private static final ReadPoint AT = new ReadPoint(3, Instant.EPOCH, "lineage");
  private static final SnapshotCheck CHECK =
      new SnapshotCheck(AT, List.of(new RecordKey("ns", "locked")));

  @Test
  void builder_takesAConditionForEveryWriteToARecord() {
    WriteCondition unchanged = WriteCondition.ifVersion(7);
    WriteBatch batch =
        WriteBatch.builder()
            .put("ns", "a", Value.text("one"), WriteCondition.ifAbsent())
            .embed("ns", "b", Embedding.of(1, 2), unchanged)
            .delete("ns", "c", unchanged)
            .build();

    List<WriteCondition> conditions =
        batch.writes().stream()
            .map(
                write ->
                    switch (write) {
                      case Write.Upsert upsert -> upsert.condition();
                      case Write.Delete delete -> delete.condition();
                      default -> throw new AssertionError(write);
                    })
            .toList();
    assertEquals(List.of(WriteCondition.ifAbsent(), unchanged, unchanged), conditions);
  }

  @Test
  void ifVersion_belowOne_isRefused() {
    assertThrows(ValidationException.class, () -> WriteCondition.ifVersion(0));
    assertThrows(ValidationException.class, () -> WriteCondition.ifVersion(-1));
  }

  @Test
  void withCheck_keepsEverythingElse() {
    CommitAttributes attributes = CommitAttributes.NONE.withActor("ada");
    Write write = new Write.Delete("ns", "a", WriteCondition.none());
    WriteBatch batch =
        WriteBatch.of(List.of(write), attributes).withEmbeddedText("text").withCheck(CHECK);

    assertEquals(CHECK, batch.check().orElseThrow());
    assertEquals("text", batch.embeddedText().orElseThrow());
    assertEquals(List.of(write), batch.writes());
    assertEquals(attributes, batch.attributes());
    assertTrue(WriteBatch.of(write).check().isEmpty());
  }

  @Test
  void withCheck_ofAWriteToANamespace_isRefused() {
    for (Write write :
        List.of(
            new Write.Configure("ns", NamespaceOptions.DEFAULT), new Write.DeleteNamespace("ns"))) {
      WriteBatch batch = WriteBatch.of(write);
      assertThrows(ValidationException.class, () -> batch.withCheck(CHECK));
    }
  }

  @Test
  void snapshotCheck_ofTooManyLocks_isRefused() {
    List<RecordKey> most = Collections.nCopies(SnapshotCheck.LOCKED_MAX, new RecordKey("n", "k"));
    assertEquals(most, new SnapshotCheck(AT, most).locked());
    List<RecordKey> more =
        Collections.nCopies(SnapshotCheck.LOCKED_MAX + 1, new RecordKey("n", "k"));
    assertThrows(ValidationException.class, () -> new SnapshotCheck(AT, more));
  }

  @Test
  void attributes_areChangedOneByOne() {
    assertEquals(
        new CommitAttributes("ada", "import", "key-1", Map.of("a", "1", "b", "2")),
        CommitAttributes.NONE
            .withActor("ada")
            .withSource("import")
            .withIdempotencyKey("key-1")
            .with("a", "1")
            .with("b", "2"));
  }
}
