package dev.nacre.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.diff.ChangeKind;
import dev.nacre.diff.DiffRequest;
import dev.nacre.diff.FieldChange;
import dev.nacre.error.SerializationException;
import dev.nacre.error.ValidationException;
import dev.nacre.feed.WatchRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Values at the ends of their ranges are taken, the next ones refused. */
class RequestLimitsTest {
  private static void refused(Executable call) {
    var _ = assertThrows(ValidationException.class, call);
  }

  @Test
  void watch_readsOneToTenThousandAtATime_andEmbeddingsWithRecordsOnly() {
    WatchRequest watch = WatchRequest.of("n");
    assertEquals(1, watch.withPageLimit(1).pageLimit());
    assertEquals(10_000, watch.withPageLimit(10_000).pageLimit());
    refused(() -> watch.withPageLimit(0));
    refused(() -> watch.withPageLimit(10_001));
    refused(
        () ->
            new WatchRequest(
                "n", "", AsOf.now(), null, WatchRequest.Detail.KEYS, Set.of("default"), 1));
  }

  @Test
  void diff_answersOneToTenThousandAtATime_ofAKeyOrAPrefix() {
    DiffRequest diff = DiffRequest.of("n", AsOf.now(), AsOf.now());
    assertEquals(1, diff.withLimit(1).limit());
    assertEquals(10_000, diff.withLimit(10_000).limit());
    refused(() -> diff.withLimit(0));
    refused(() -> diff.withLimit(10_001));
    refused(() -> diff.withPrefix("p").withKey("k"));
  }

  @Test
  void storeOptions_areWithinTheirRanges() {
    StoreOptions options = StoreOptions.inMemory();
    assertEquals(
        Duration.ofSeconds(1),
        options.withIdempotencyRetention(Duration.ofSeconds(1)).idempotencyRetention());
    refused(() -> options.withIdempotencyRetention(Duration.ofMillis(999)));
    refused(
        () ->
            options.withIdempotencyRetention(StoreOptions.IDEMPOTENCY_RETENTION_MAX.plusNanos(1)));
    assertEquals(
        Sweeping.MAX,
        options.withSweeping(new Sweeping(Sweeping.MAX, Sweeping.MAX)).sweeping().grace());
    refused(() -> new Sweeping(Duration.ofNanos(-1), Duration.ZERO));
    refused(() -> new Sweeping(Duration.ZERO, Sweeping.MAX.plusNanos(1)));
  }

  @Test
  void fieldChange_isOfItsKind() {
    assertEquals(ChangeKind.ADDED, new FieldChange("f", null, 1L).kind());
    assertEquals(ChangeKind.REMOVED, new FieldChange("f", 1L, null).kind());
    assertEquals(ChangeKind.CHANGED, new FieldChange("f", 1L, 2L).kind());
  }

  @Test
  void values_areNotEqualToWhatIsNone() {
    assertNotEquals(Metadata.EMPTY, new Object());
    Embedding embedding = Embedding.of(1, 2);
    assertNotEquals(embedding, new Object());
    assertNotEquals(embedding, Embedding.of(1, 3));
    assertNotEquals(embedding, Embedding.of(EmbeddingSpace.of("other", 2), 1, 2));
    assertEquals(embedding, Embedding.of(1, 2));
    assertEquals(embedding.hashCode(), Embedding.of(1, 2).hashCode());
  }

  @Test
  void numbersAndKeysThatAreRefused_areShownShortened() {
    SerializationException number =
        assertThrows(SerializationException.class, () -> Value.json("9".repeat(50)));
    assertTrue(number.toString().contains("9".repeat(40) + "…"), number::toString);
    assertTrue(
        assertThrows(SerializationException.class, () -> Value.json("9".repeat(20)))
            .toString()
            .contains("9".repeat(20) + " is outside"));
    List<String> manyLetters = List.of("k".repeat(150));
    SerializationException key =
        assertThrows(SerializationException.class, () -> Value.json(Map.of(manyLetters, 1)));
    assertEquals("[" + "k".repeat(99) + "…", key.details().get("key"));
  }

  @Test
  void byteOrderMarks_areRefused_andOtherTextThatBeginsAlikeIsNot() {
    assertThrows(SerializationException.class, () -> Value.json("\ufeff{}"));
    assertEquals("\"\uf000\"", Value.json("\"\uf000\"").asString());
    assertThrows(SerializationException.class, () -> Value.json("\uf000"));
    assertThrows(SerializationException.class, () -> Value.json("\ufec0"));
    assertEquals(1, Value.json("1").toByteArray().length);
    assertEquals("[]", new String(Value.json("[]").toByteArray(), StandardCharsets.UTF_8));
  }
}
