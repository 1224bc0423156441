package dev.nacre.testing;

import dev.nacre.maintain.PurgeKind;
import dev.nacre.maintain.PurgeRequest;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Retention;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the processes write that are killed or lose power. Each commit follows from a token and what
 * was there before, and carries its token as the actor of its attributes, which nothing drops: so
 * whoever finds a version knows everything it must hold.
 *
 * <p>A token is a name, and what makes it other than a batch that follows from the name alone:
 * {@code ;if=KEY=VERSION} a batch with a condition on a key of {@link #KEPT}, version 0 for its
 * absence; {@code ;add} a transaction that reads counters and adds one; {@code
 * ;restore=NAMESPACE=KEY=VERSION}; {@code ;purge=KIND=NAMESPACE=KEY}. Namespaces and keys are
 * numbers of the lists here.
 */
public final class OracleWorkload {
  /** Keeps all history; its records expire. */
  public static final String KEPT = "kept";

  /** Keeps two versions; its records expire, too. */
  public static final String LAST = "last";

  /**
   * Keeps a few milliseconds of history. Nothing in it expires: which records the sweeper ended is
   * known from the log only, and the log of this one is trimmed.
   */
  public static final String TIMED = "timed";

  /** Numbers to which transactions add. */
  public static final String COUNTERS = "counters";

  /** Many vectors, so that there is a graph. */
  public static final String VECTORS = "vectors";

  /** Every namespace. */
  public static final List<String> NAMESPACES = List.of(KEPT, LAST, TIMED, COUNTERS, VECTORS);

  /** Keys of all namespaces but {@link #VECTORS}. */
  public static final List<String> KEYS =
      List.of("a", "a\u0000", "b", "c", "d\u0000\u0000e", "\udbff\udfff");

  /** Keys of {@link #VECTORS}. */
  public static final List<String> VECTOR_KEYS =
      IntStream.range(0, 60).mapToObj(i -> "v" + i).toList();

  /** Every space. */
  public static final List<EmbeddingSpace> SPACES =
      List.of(EmbeddingSpace.of(16), EmbeddingSpace.of("other", 3));

  private static final Retention SHORT = Retention.duration(Duration.ofMillis(20));

  private OracleWorkload() {}

  /** What a token asks for. */
  public enum Kind {
    /** A batch. */
    BATCH,
    /** A transaction. */
    ADD,
    /** A restore of one key. */
    RESTORE,
    /** A purge. */
    PURGE
  }

  /** What a token asks for. */
  public static Kind kind(String token) {
    String[] parts = argument(token).split("=", -1);
    return switch (parts[0]) {
      case "add" -> Kind.ADD;
      case "restore" -> Kind.RESTORE;
      case "purge" -> Kind.PURGE;
      default -> Kind.BATCH;
    };
  }

  /** A token with a condition. */
  public static String conditional(String name, int key, long version) {
    return name + ";if=" + key + "=" + version;
  }

  /** A token of a transaction. */
  public static String adding(String name) {
    return name + ";add";
  }

  /** A token of a restore. */
  public static String restoring(String name, int namespace, int key, long version) {
    return name + ";restore=" + namespace + "=" + key + "=" + version;
  }

  /** A token of a purge: mostly of a key, seldom of a namespace. */
  public static String purging(String name, Random random) {
    int kind = random.nextInt(8);
    int namespace = random.nextInt(NAMESPACES.size());
    return name
        + ";purge="
        + (kind == 0 ? PurgeKind.NAMESPACE : kind < 3 ? PurgeKind.PREFIX : PurgeKind.KEY)
        + "="
        + namespace
        + "="
        + random.nextInt(keys(namespace).size());
  }

  /** The keys of a namespace, by its number. */
  public static List<String> keys(int namespace) {
    return NAMESPACES.get(namespace).equals(VECTORS) ? VECTOR_KEYS : KEYS;
  }

  private static String argument(String token) {
    return token.substring(token.indexOf(';') + 1);
  }

  /** Whether the batch of a token can be sent again without writing anything. */
  public static boolean isRepeatable(String token) {
    return kind(token) == Kind.BATCH && batch(token).attributes().idempotencyKey() != null;
  }

  /** The purge of a token. */
  public static PurgeRequest purge(String token) {
    String[] parts = argument(token).split("=", -1);
    int namespace = Integer.parseInt(parts[2]);
    String name = NAMESPACES.get(namespace);
    String key = keys(namespace).get(Integer.parseInt(parts[3]));
    PurgeRequest request =
        switch (PurgeKind.valueOf(parts[1])) {
          case KEY -> PurgeRequest.key(name, key);
          // Of one or several keys.
          case PREFIX -> PurgeRequest.prefix(name, key.substring(0, Math.min(2, key.length())));
          case NAMESPACE -> PurgeRequest.namespace(name);
        };
    return request.withActor(token);
  }

  /**
   * What a restore is of.
   *
   * @param namespace where
   * @param key which
   * @param version as of
   */
  public record Restored(String namespace, String key, long version) {}

  /** The restore of a token. */
  public static Restored restored(String token) {
    String[] parts = argument(token).split("=", -1);
    int namespace = Integer.parseInt(parts[1]);
    return new Restored(
        NAMESPACES.get(namespace),
        keys(namespace).get(Integer.parseInt(parts[2])),
        Long.parseLong(parts[3]));
  }

  /** What a token says of its commit. */
  public static CommitAttributes attributes(String token) {
    return CommitAttributes.NONE.withActor(token);
  }

  /** The counters that a transaction reads and adds to. */
  public static List<String> counters(String token) {
    Random random = random(token);
    int one = random.nextInt(KEYS.size());
    int other = (one + 1 + random.nextInt(KEYS.size() - 1)) % KEYS.size();
    return List.of(KEYS.get(one), KEYS.get(other));
  }

  /**
   * The writes of a transaction.
   *
   * @param counted what the counter of a key was, 0 when it was absent
   */
  public static WriteBatch added(String token, ToLongFunction<String> counted) {
    WriteBatch.Builder batch = WriteBatch.builder().attributes(attributes(token));
    for (String key : counters(token)) {
      batch.put(COUNTERS, key, Value.text(Long.toString(counted.applyAsLong(key) + 1)));
    }
    return batch.put(KEPT, KEYS.getFirst(), Value.text(token)).build();
  }

  /** The batch of a token. */
  public static WriteBatch batch(String token) {
    Random random = random(token);
    List<Write> writes = new ArrayList<>();
    int vectors = random.nextInt(8);
    if (random.nextInt(30) == 0) {
      writes.add(new Write.DeleteNamespace(List.of(KEPT, LAST, TIMED).get(random.nextInt(3))));
    } else if (random.nextInt(200) == 0) {
      writes.add(new Write.DeleteNamespace(VECTORS));
    }
    if (random.nextInt(8) == 0) {
      writes.add(configure(List.of(KEPT, LAST, TIMED, TIMED).get(random.nextInt(4)), random));
    }
    int conditionalKey = -1;
    if (argument(token).startsWith("if=")) {
      String[] parts = argument(token).split("=", -1);
      conditionalKey = Integer.parseInt(parts[1]);
      long version = Long.parseLong(parts[2]);
      // Before anything else of this batch touches the key.
      writes.addFirst(
          upsert(
              KEPT,
              KEYS.get(conditionalKey),
              token,
              random,
              version == 0 ? WriteCondition.ifAbsent() : WriteCondition.ifVersion(version)));
    }
    for (int key = 0; key < KEYS.size(); key++) {
      if (random.nextInt(3) == 0) {
        // The same key in all of them: half a batch would be seen.
        for (String namespace : List.of(KEPT, LAST, TIMED)) {
          if (key != conditionalKey || !namespace.equals(KEPT)) {
            writes.add(write(namespace, KEYS.get(key), token, random));
          }
        }
      }
    }
    for (int i = 0; i < vectors; i++) {
      String key = VECTOR_KEYS.get(random.nextInt(VECTOR_KEYS.size()));
      writes.add(
          random.nextInt(10) == 0
              ? new Write.Delete(VECTORS, key, WriteCondition.none())
              : new Write.Upsert(
                  VECTORS,
                  key,
                  random.nextBoolean() ? Value.text(token) : null,
                  Metadata.of("n", random.nextInt(4)),
                  List.of(vector(SPACES.getFirst(), random)),
                  Write.Expiry.Unchanged.UNCHANGED,
                  WriteCondition.none()));
    }
    if (writes.isEmpty()) {
      writes.add(upsert(KEPT, KEYS.getFirst(), token, random, WriteCondition.none()));
    }
    CommitAttributes attributes = attributes(token);
    boolean named = token.indexOf(';') < 0 && random.nextInt(3) == 0;
    return WriteBatch.of(writes, named ? attributes.withIdempotencyKey(token) : attributes);
  }

  private static Random random(String token) {
    return new Random(token.hashCode() * 31L + token.length());
  }

  private static Write.Configure configure(String namespace, Random random) {
    NamespaceOptions options = new NamespaceOptions(SPACES, null);
    if (namespace.equals(TIMED)) {
      return new Write.Configure(namespace, options.withRetention(SHORT));
    }
    NamespaceOptions expiring =
        new NamespaceOptions(SPACES, random.nextBoolean() ? Duration.ofHours(3) : null);
    return new Write.Configure(
        namespace,
        namespace.equals(LAST) ? expiring.withRetention(Retention.lastVersions(2)) : expiring);
  }

  private static Write write(String namespace, String key, String token, Random random) {
    return random.nextInt(5) == 0
        ? new Write.Delete(namespace, key, WriteCondition.none())
        : upsert(namespace, key, token, random, WriteCondition.none());
  }

  private static Write.Upsert upsert(
      String namespace, String key, String token, Random random, WriteCondition condition) {
    List<Embedding> embeddings =
        SPACES.stream()
            .filter(_ -> random.nextBoolean())
            .map(space -> vector(space, random))
            .toList();
    @Nullable Value value =
        switch (random.nextInt(10)) {
          case 0 -> Value.bytes(noise(random, 20_000), "application/octet-stream");
          case 1, 2 -> null;
          default -> Value.json("{\"token\": \"" + token.hashCode() + "\"}");
        };
    Metadata metadata =
        value == null || random.nextBoolean() ? Metadata.of("n", random.nextInt()) : null;
    Write.Expiry expiry =
        switch (namespace.equals(TIMED) ? 7 : random.nextInt(8)) {
          // Both while the child lives and later: judged by commit times, which the log keeps.
          case 0 -> new Write.Expiry.After(Duration.ofMillis(1 + random.nextInt(20)));
          case 1 -> new Write.Expiry.After(Duration.ofHours(1));
          case 2 -> Write.Expiry.Never.NEVER;
          default -> Write.Expiry.Unchanged.UNCHANGED;
        };
    return new Write.Upsert(namespace, key, value, metadata, embeddings, expiry, condition);
  }

  private static byte[] noise(Random random, int bytesMax) {
    byte[] noise = new byte[random.nextInt(bytesMax)];
    random.nextBytes(noise);
    return noise;
  }

  private static Embedding vector(EmbeddingSpace space, Random random) {
    float[] vector = new float[space.dimension()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = 0.1f + random.nextFloat();
    }
    return Embedding.of(space, vector);
  }
}
