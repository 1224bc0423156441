package dev.nacre.testing;

import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.NamespaceOptions;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The batches whose remains after a power cut are looked at: every kind of write there is. A batch
 * follows from its token alone, and each but the deletion of {@link #TOKEN_NAMESPACE} writes its
 * token to {@link #TOKEN_KEY}: so whoever finds a version knows everything it must hold.
 *
 * <p>A token is a name, and perhaps {@code ;key=version}: a condition on that key of {@code left},
 * version 0 for its absence.
 */
public final class ImageBatches {
  /** Where every batch leaves its token. */
  public static final String TOKEN_NAMESPACE = "tokens";

  /** The one key in it. */
  public static final String TOKEN_KEY = "token";

  /** Every namespace written. */
  public static final List<String> NAMESPACES = List.of("left", "right", TOKEN_NAMESPACE);

  /** Keys written in {@code left} and {@code right}. */
  public static final List<String> KEYS = List.of("a", "a\u0000", "b", "c", "\udbff\udfff");

  /** Every space written. */
  public static final List<EmbeddingSpace> SPACES =
      List.of(EmbeddingSpace.of(16), EmbeddingSpace.of("other", 3));

  private ImageBatches() {}

  /** A token with a condition. */
  public static String conditional(String token, int key, long version) {
    return token + ";" + key + "=" + version;
  }

  /** Whether the batch of a token can be sent again without writing anything. */
  public static boolean isRepeatable(String token) {
    return batch(token).attributes().idempotencyKey() != null;
  }

  /** The batch of a token. */
  public static WriteBatch batch(String token) {
    Random random = new Random(token.hashCode() * 31L + token.length());
    List<Write> writes = new ArrayList<>();
    if (random.nextInt(25) == 0) {
      writes.add(new Write.DeleteNamespace(random.nextBoolean() ? "left" : "right"));
    }
    if (random.nextInt(12) == 0) {
      Duration timeToLive = random.nextBoolean() ? Duration.ofHours(3) : null;
      writes.add(
          new Write.Configure(
              random.nextBoolean() ? "left" : "right", new NamespaceOptions(SPACES, timeToLive)));
    }
    int condition = token.indexOf(';');
    int conditionalKey = -1;
    if (condition >= 0) {
      int equals = token.indexOf('=', condition);
      conditionalKey = Integer.parseInt(token.substring(condition + 1, equals));
      long version = Long.parseLong(token.substring(equals + 1));
      // Before anything else of this batch touches the key.
      writes.addFirst(
          upsert(
              "left",
              KEYS.get(conditionalKey),
              token,
              random,
              version == 0 ? WriteCondition.ifAbsent() : WriteCondition.ifVersion(version)));
    }
    for (int key = 0; key < KEYS.size(); key++) {
      if (random.nextInt(3) == 0) {
        // The same key in both namespaces: half a batch would be seen.
        for (String namespace : List.of("left", "right")) {
          if (key != conditionalKey || namespace.equals("right")) {
            writes.add(write(namespace, KEYS.get(key), token, random));
          }
        }
      }
    }
    writes.add(
        random.nextInt(writes.size() + 1),
        new Write.Upsert(
            TOKEN_NAMESPACE,
            TOKEN_KEY,
            Value.text(token),
            null,
            List.of(),
            Write.Expiry.Unchanged.UNCHANGED,
            WriteCondition.none()));
    CommitAttributes attributes = CommitAttributes.NONE.withActor(token);
    return WriteBatch.of(
        writes, random.nextInt(3) == 0 ? attributes.withIdempotencyKey(token) : attributes);
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
    int kind = random.nextInt(10);
    Value value =
        switch (kind) {
          case 0 -> Value.bytes(noise(random, 20_000), "application/octet-stream");
          case 1, 2 -> null;
          default -> Value.json("{\"token\": \"" + token.hashCode() + "\"}");
        };
    Metadata metadata =
        value == null || random.nextBoolean() ? Metadata.of("n", random.nextInt()) : null;
    Write.Expiry expiry =
        switch (random.nextInt(8)) {
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
