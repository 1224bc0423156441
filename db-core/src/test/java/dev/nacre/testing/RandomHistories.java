package dev.nacre.testing;

import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.Durability;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.RecordKey;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.testing.HistoryStep.PlannedCondition;
import dev.nacre.testing.HistoryStep.PlannedConfigure;
import dev.nacre.testing.HistoryStep.PlannedDelete;
import dev.nacre.testing.HistoryStep.PlannedDrop;
import dev.nacre.testing.HistoryStep.PlannedExpiry;
import dev.nacre.testing.HistoryStep.PlannedUpsert;
import dev.nacre.testing.HistoryStep.PlannedWrite;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/**
 * Random histories over few keys, so that every key is written, expired, deleted and written again.
 */
public final class RandomHistories {
  /** Namespaces, none of which is declared ahead. */
  public static final List<String> NAMESPACES = List.of("a", "ab", "a/b", "übung");

  /**
   * Keys that break naive encodings: prefixes of each other, zero bytes, the largest code point,
   * the shortest and longest.
   */
  public static final List<String> KEYS =
      List.of(
          "k",
          "k\u0000",
          "k\u0000\u0000",
          "k\u0000\u0001",
          "k\u0001",
          "ka",
          "\u0000",
          "\u007f",
          "\u00ff",
          "\uffff",
          "\ud83d\ude00",
          "\udbff\udfff",
          "\udbff\udfff\udbff\udfff",
          "y".repeat(1023) + "\u0000",
          "y".repeat(1024));

  /** Spaces that go together. */
  public static final List<EmbeddingSpace> SPACES =
      List.of(
          EmbeddingSpace.of(3),
          new EmbeddingSpace("wide", 9, Metric.DOT, "model-1"),
          new EmbeddingSpace("e.u", 1, Metric.EUCLIDEAN, null));

  /** The first name again with another definition: refused wherever {@link #SPACES} was first. */
  private static final EmbeddingSpace IMPOSTOR = EmbeddingSpace.of(4);

  private RandomHistories() {}

  /** Histories of up to {@code steps} steps. */
  public static Arbitrary<List<HistoryStep>> histories(int steps) {
    // Uniform: jqwik's own distribution prefers short lists, and most faults need a past.
    return step()
        .list()
        .ofMinSize(1)
        .ofMaxSize(steps)
        .withSizeDistribution(RandomDistribution.uniform());
  }

  /** Every operation there is. */
  public static Arbitrary<List<HistoryStep>> allOperations(int steps) {
    Arbitrary<HistoryStep> configure =
        retention()
            .map(planned -> new HistoryStep.Submit(List.of(planned), Durability.ASYNC, true));
    Arbitrary<List<PlannedWrite>> writes = write().list().ofMinSize(1).ofMaxSize(4);
    Arbitrary<RecordKey> records =
        Combinators.combine(Arbitraries.of(NAMESPACES), Arbitraries.of(KEYS)).as(RecordKey::new);
    Arbitrary<HistoryStep> transaction =
        Combinators.combine(
                Arbitraries.frequencyOf(Tuple.of(3, upsert()), Tuple.of(1, delete()))
                    .list()
                    .ofMinSize(1)
                    .ofMaxSize(4),
                records.list().ofMaxSize(2),
                Arbitraries.longs())
            .as(HistoryStep.Transaction::new);
    Arbitrary<HistoryStep> keyed =
        Combinators.combine(
                Arbitraries.integers().between(0, 3), writes, Arbitraries.of(true, false))
            .as(HistoryStep.Keyed::new);
    Arbitrary<HistoryStep> restore =
        Combinators.combine(Arbitraries.of(NAMESPACES), Arbitraries.of(KEYS), Arbitraries.longs())
            .as(HistoryStep.Restore::new);
    return Arbitraries.frequencyOf(
            Tuple.of(28, submit()),
            Tuple.of(6, transaction),
            Tuple.of(4, keyed),
            Tuple.of(4, restore),
            Tuple.of(2, configure),
            Tuple.of(6, moveClock()),
            Tuple.of(2, purge()),
            Tuple.of(4, Arbitraries.just(new HistoryStep.Sweep())),
            Tuple.of(1, Arbitraries.longs().map(HistoryStep.Hold::new)),
            Tuple.of(1, Arbitraries.just(new HistoryStep.Compact())),
            Tuple.of(1, Arbitraries.of(true, false).map(HistoryStep.BackUp::new)),
            Tuple.of(1, Arbitraries.just(new HistoryStep.Reopen())),
            Tuple.of(6, Arbitraries.longs().map(HistoryStep.Compare::new)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(steps)
        .withSizeDistribution(RandomDistribution.uniform());
  }

  private static Arbitrary<PlannedWrite> retention() {
    Arbitrary<Retention> retention =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.just(Retention.all())),
            Tuple.of(3, Arbitraries.integers().between(1, 3).map(Retention::lastVersions)),
            Tuple.of(
                4,
                Arbitraries.longs()
                    .between(1, 15_000_000)
                    .map(micros -> Retention.duration(Duration.ofNanos(1_000 * micros)))));
    return Combinators.combine(Arbitraries.of(NAMESPACES), retention)
        .as((namespace, kept) -> new PlannedConfigure(namespace, List.of(), null, kept));
  }

  private static Arbitrary<HistoryStep> step() {
    return Arbitraries.frequencyOf(
        Tuple.of(32, submit()),
        Tuple.of(4, moveClock()),
        Tuple.of(1, purge()),
        Tuple.of(2, Arbitraries.just(new HistoryStep.Reopen())),
        Tuple.of(6, Arbitraries.longs().map(HistoryStep.Compare::new)));
  }

  private static Arbitrary<HistoryStep> submit() {
    Arbitrary<List<PlannedWrite>> writes =
        Arbitraries.frequencyOf(
            Tuple.of(3, write().map(List::of)),
            Tuple.of(2, write().list().ofMinSize(2).ofMaxSize(8)));
    return Combinators.combine(
            writes,
            Arbitraries.frequency(Tuple.of(4, Durability.ASYNC), Tuple.of(1, Durability.SYNC)),
            Arbitraries.of(true, false))
        .as(HistoryStep.Submit::new);
  }

  private static Arbitrary<HistoryStep> moveClock() {
    return Arbitraries.longs()
        .between(-3_000_000, 10_000_000)
        .map(micros -> new HistoryStep.MoveClock(Duration.ofNanos(1_000 * micros)));
  }

  private static Arbitrary<HistoryStep> purge() {
    Arbitrary<PurgeRequest> requests =
        Arbitraries.frequencyOf(
            Tuple.of(
                4,
                Combinators.combine(Arbitraries.of(NAMESPACES), Arbitraries.of(KEYS))
                    .as(PurgeRequest::key)),
            Tuple.of(
                2,
                Combinators.combine(
                        Arbitraries.of(NAMESPACES),
                        Arbitraries.of("", "k", "k\u0000", "y", "\udbff\udfff", "z"))
                    .as(PurgeRequest::prefix)),
            Tuple.of(1, Arbitraries.of(NAMESPACES).map(PurgeRequest::namespace)));
    return requests.map(HistoryStep.Purge::new);
  }

  private static Arbitrary<PlannedWrite> write() {
    return Arbitraries.frequencyOf(
        Tuple.of(24, upsert()),
        Tuple.of(8, delete()),
        Tuple.of(2, configure()),
        Tuple.of(1, Arbitraries.of(NAMESPACES).map(PlannedDrop::new)));
  }

  private static Arbitrary<PlannedWrite> upsert() {
    return Combinators.combine(
            Arbitraries.of(NAMESPACES),
            Arbitraries.of(KEYS),
            value().injectNull(0.3),
            metadata().injectNull(0.5),
            embeddings(),
            expiry(),
            condition())
        .as(
            (namespace, key, value, metadata, embeddings, expiry, condition) -> {
              boolean empty =
                  value == null
                      && metadata == null
                      && embeddings.isEmpty()
                      && expiry.kind() == PlannedExpiry.Kind.UNCHANGED;
              return new PlannedUpsert(
                  namespace,
                  key,
                  empty ? Value.json("null") : value,
                  metadata,
                  embeddings,
                  expiry,
                  condition);
            });
  }

  private static Arbitrary<PlannedWrite> delete() {
    return Combinators.combine(Arbitraries.of(NAMESPACES), Arbitraries.of(KEYS), condition())
        .as(PlannedDelete::new);
  }

  private static Arbitrary<PlannedWrite> configure() {
    return Combinators.combine(
            Arbitraries.of(NAMESPACES),
            Arbitraries.subsetOf(SPACES),
            Arbitraries.longs()
                .between(1, 5_000_000)
                .map(micros -> Duration.ofNanos(1_000 * micros))
                .injectNull(0.5))
        .as(
            (namespace, spaces, ttl) ->
                new PlannedConfigure(namespace, List.copyOf(spaces), ttl, Retention.all()));
  }

  private static Arbitrary<Value> value() {
    Arbitrary<Value> json =
        Arbitraries.integers().map(number -> Value.json("{\"n\": " + number + "}"));
    Arbitrary<Value> bytes =
        Arbitraries.bytes()
            .array(byte[].class)
            .ofMaxSize(40)
            .map(array -> Value.bytes(array, "application/octet-stream"));
    // Larger than a block, so that memtables flush and rows span blocks.
    Arbitrary<Value> large =
        Arbitraries.integers()
            .between(5_000, 20_000)
            .map(size -> Value.bytes(new byte[size], "application/zeros"));
    return Arbitraries.frequencyOf(Tuple.of(6, json), Tuple.of(3, bytes), Tuple.of(1, large));
  }

  private static Arbitrary<Metadata> metadata() {
    return Arbitraries.of(
        Metadata.EMPTY,
        Metadata.of("n", Long.MIN_VALUE, "text", "ü\u0000\ud83d\ude00"),
        Metadata.of(Map.of("list", List.of(1, 2.5, "x", false), "flag", true)),
        Metadata.of("double", -0.0));
  }

  private static Arbitrary<List<Embedding>> embeddings() {
    Arbitrary<List<Embedding>> good =
        Combinators.combine(
                Arbitraries.subsetOf(SPACES),
                Arbitraries.floats().between(-4, 4).filter(x -> Math.abs(x) > 0.01))
            .as((spaces, x) -> spaces.stream().map(space -> embedding(space, x)).toList());
    Arbitrary<List<Embedding>> impostor = Arbitraries.just(List.of(embedding(IMPOSTOR, 1)));
    return Arbitraries.frequencyOf(
        Tuple.of(12, Arbitraries.just(List.of())), Tuple.of(12, good), Tuple.of(1, impostor));
  }

  private static Embedding embedding(EmbeddingSpace space, float x) {
    float[] vector = new float[space.dimension()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = x / (i + 1);
    }
    return Embedding.of(space, vector);
  }

  private static Arbitrary<PlannedExpiry> expiry() {
    Arbitrary<Duration> around =
        Arbitraries.longs()
            .between(-2_000_000, 6_000_000)
            .map(micros -> Duration.ofNanos(1_000 * micros));
    Arbitrary<Duration> after =
        Arbitraries.longs().between(1, 6_000_000).map(micros -> Duration.ofNanos(1_000 * micros));
    return Arbitraries.frequencyOf(
        Tuple.of(
            8, Arbitraries.just(new PlannedExpiry(PlannedExpiry.Kind.UNCHANGED, Duration.ZERO))),
        Tuple.of(1, Arbitraries.just(new PlannedExpiry(PlannedExpiry.Kind.NEVER, Duration.ZERO))),
        Tuple.of(1, around.map(offset -> new PlannedExpiry(PlannedExpiry.Kind.AT, offset))),
        Tuple.of(2, after.map(offset -> new PlannedExpiry(PlannedExpiry.Kind.AFTER, offset))));
  }

  private static Arbitrary<PlannedCondition> condition() {
    return Arbitraries.frequency(
        Tuple.of(10, PlannedCondition.NONE),
        Tuple.of(2, PlannedCondition.IF_ABSENT),
        Tuple.of(2, PlannedCondition.IF_CURRENT),
        Tuple.of(1, PlannedCondition.IF_STALE));
  }
}
