package dev.nacre.store.commit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.nacre.model.CommitAttributes;
import dev.nacre.model.DeclaredField;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.ReadPoint;
import dev.nacre.model.Retention;
import dev.nacre.model.SnapshotCheck;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import dev.nacre.store.commit.PreparedBatch.NamespaceWrite;
import dev.nacre.store.commit.PreparedBatch.PreparedWrite;
import dev.nacre.store.commit.PreparedBatch.RecordWrite;
import dev.nacre.store.layout.MetadataCodec;
import dev.nacre.store.layout.TextKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Batches that write the same have one digest, all others different ones. */
class BatchDigestTest {
  private static final Value ONE = Value.json("1");

  @Test
  void differentBatches_haveDifferentDigests() {
    List<WriteBatch> all = different();
    for (WriteBatch left : all) {
      assertArrayEquals(digest(left), digest(left));
      for (WriteBatch right : all) {
        assertEquals(
            left.equals(right),
            Arrays.equals(digest(left), digest(right)),
            () -> left.writes() + " and " + right.writes());
      }
    }
  }

  private static List<WriteBatch> different() {
    List<List<Write>> all = new ArrayList<>();
    all.add(List.of(put("ns", "a", ONE)));
    all.add(List.of(put("n", "sa", ONE)));
    all.add(List.of(put("ns", "b", ONE)));
    all.add(List.of(put("ns", "a", Value.json("2"))));
    all.add(List.of(put("ns", "a", Value.text("1"))));
    all.add(List.of(put("ns", "a", Value.bytes(new byte[] {'1'}, "a/b"))));
    all.add(List.of(put("ns", "a", ONE), put("ns", "a", ONE)));
    all.add(List.of(put("ns", "a", ONE), put("ns", "b", ONE)));
    all.add(List.of(put("ns", "b", ONE), put("ns", "a", ONE)));
    for (WriteCondition condition :
        List.of(
            WriteCondition.none(),
            WriteCondition.ifAbsent(),
            WriteCondition.ifVersion(1),
            WriteCondition.ifVersion(2))) {
      all.add(List.of(new Write.Delete("ns", "a", condition)));
      if (!condition.equals(WriteCondition.none())) {
        all.add(List.of(upsert(ONE, null, List.of(), condition, unchanged())));
      }
    }
    for (Write.Expiry expiry :
        List.of(
            Write.Expiry.Never.NEVER,
            new Write.Expiry.At(Instant.ofEpochSecond(5)),
            new Write.Expiry.At(Instant.ofEpochSecond(5, 1)),
            new Write.Expiry.After(Duration.ofSeconds(5)),
            new Write.Expiry.After(Duration.ofSeconds(5, 1)))) {
      all.add(List.of(upsert(ONE, null, List.of(), WriteCondition.none(), expiry)));
    }
    all.add(List.of(parts(Metadata.of("a", 1), List.of())));
    all.add(List.of(parts(Metadata.of("a", 2), List.of())));
    all.add(List.of(parts(Metadata.EMPTY, List.of())));
    all.add(List.of(parts(null, List.of(Embedding.of(1, 2)))));
    all.add(List.of(parts(null, List.of(Embedding.of(2, 1)))));
    all.add(List.of(parts(null, List.of(Embedding.of(EmbeddingSpace.of("s", 2), 1, 2)))));
    for (Metric metric : Metric.values()) {
      EmbeddingSpace space = new EmbeddingSpace("t", 2, metric, "model");
      all.add(List.of(parts(null, List.of(Embedding.of(space, 1, 2)))));
    }
    all.add(List.of(new Write.DeleteNamespace("ns")));
    all.add(List.of(new Write.Configure("ns", NamespaceOptions.DEFAULT)));
    all.add(List.of(new Write.Configure("ns", options(Duration.ofDays(1)))));
    all.add(List.of(new Write.Configure("ns", options(Duration.ofDays(2)))));
    all.add(List.of(new Write.Configure("ns", options(null, EmbeddingSpace.of(2)))));
    for (DeclaredField field :
        List.of(
            new DeclaredField("a", "$"),
            new DeclaredField("a", "$.b"),
            new DeclaredField("b", "$"))) {
      NamespaceOptions declaring = NamespaceOptions.DEFAULT.withFields(List.of(field));
      all.add(List.of(new Write.Configure("ns", declaring)));
      all.add(
          List.of(new Write.Configure("ns", declaring.withRetention(Retention.lastVersions(5)))));
    }
    return all.stream().map(writes -> WriteBatch.of(writes, CommitAttributes.NONE)).toList();
  }

  /** It is kept on disk: an opened store must recognise what an older release has committed. */
  @Test
  void digest_staysWhatItIs() {
    WriteBatch batch =
        WriteBatch.of(
            List.of(
                upsert(
                    ONE,
                    Metadata.of("a", 1),
                    List.of(Embedding.of(1, 2)),
                    WriteCondition.ifVersion(3),
                    new Write.Expiry.After(Duration.ofSeconds(4))),
                new Write.Delete("ns", "b", WriteCondition.ifAbsent())),
            CommitAttributes.NONE);
    assertEquals(
        "f9d05eab62a1de058fa8eb9bdf72795de16393769cfae5259b54608315a4d3a0",
        HexFormat.of().formatHex(digest(batch)));
  }

  @Test
  void attributes_areNotPartOfIt() {
    Write write = put("ns", "a", ONE);
    assertArrayEquals(
        digest(WriteBatch.of(write)),
        digest(WriteBatch.of(List.of(write), CommitAttributes.NONE.withActor("ada"))));
  }

  @Test
  void transactions_haveOneDigest() {
    SnapshotCheck check = new SnapshotCheck(new ReadPoint(1, Instant.EPOCH, "lineage"), List.of());
    byte[] one = digest(WriteBatch.of(put("ns", "a", ONE)).withCheck(check));
    assertArrayEquals(one, digest(WriteBatch.of(put("ns", "b", ONE)).withCheck(check)));
    assertFalse(Arrays.equals(one, digest(WriteBatch.of(put("ns", "a", ONE)))));
  }

  @Test
  void embeddedText_standsForTheFloatsOfTheLastEmbedding() {
    WriteBatch one = WriteBatch.of(parts(null, List.of(Embedding.of(1, 2))));
    WriteBatch other = WriteBatch.of(parts(null, List.of(Embedding.of(2, 1))));
    assertArrayEquals(digest(one.withEmbeddedText("text")), digest(other.withEmbeddedText("text")));
    assertFalse(
        Arrays.equals(
            digest(one.withEmbeddedText("text")), digest(one.withEmbeddedText("another"))));
    assertFalse(Arrays.equals(digest(one.withEmbeddedText("text")), digest(one)));

    Embedding given = Embedding.of(EmbeddingSpace.of("given", 2), 1, 2);
    Embedding another = Embedding.of(EmbeddingSpace.of("given", 2), 1, 3);
    assertFalse(
        Arrays.equals(
            digest(
                WriteBatch.of(parts(null, List.of(given, Embedding.of(1, 2))))
                    .withEmbeddedText("text")),
            digest(
                WriteBatch.of(parts(null, List.of(another, Embedding.of(1, 2))))
                    .withEmbeddedText("text"))));
  }

  private static byte[] digest(WriteBatch batch) {
    return BatchDigest.of(batch, batch.writes().stream().map(BatchDigestTest::prepared).toList());
  }

  private static PreparedWrite prepared(Write write) {
    return switch (write) {
      case Write.Upsert upsert -> {
        Metadata metadata = upsert.metadata();
        yield new RecordWrite(
            upsert,
            TextKeys.key(upsert.key()),
            metadata == null ? null : MetadataCodec.encode(metadata),
            null);
      }
      case Write.Delete delete -> new RecordWrite(delete, TextKeys.key(delete.key()), null, null);
      case Write.Configure configure -> new NamespaceWrite(configure);
      case Write.DeleteNamespace delete -> new NamespaceWrite(delete);
    };
  }

  private static NamespaceOptions options(@Nullable Duration timeToLive, EmbeddingSpace... spaces) {
    return new NamespaceOptions(List.of(spaces), timeToLive);
  }

  private static Write.Expiry unchanged() {
    return Write.Expiry.Unchanged.UNCHANGED;
  }

  private static Write put(String namespace, String key, Value value) {
    return new Write.Upsert(
        namespace, key, value, null, List.of(), unchanged(), WriteCondition.none());
  }

  private static Write parts(@Nullable Metadata metadata, List<Embedding> embeddings) {
    return upsert(null, metadata, embeddings, WriteCondition.none(), unchanged());
  }

  private static Write upsert(
      @Nullable Value value,
      @Nullable Metadata metadata,
      List<Embedding> embeddings,
      WriteCondition condition,
      Write.Expiry expiry) {
    return new Write.Upsert("ns", "a", value, metadata, embeddings, expiry, condition);
  }
}
