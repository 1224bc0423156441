package dev.nacre.testing;

import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The batches of the crash tests. A batch follows from its token alone, and every batch writes its
 * token to {@link #TOKEN_KEY}: so whoever finds a version in a directory knows everything that
 * version must hold.
 */
public final class CrashBatches {
  /** Where every batch leaves its token. */
  public static final String TOKEN_NAMESPACE = "tokens";

  /** The one key in it. */
  public static final String TOKEN_KEY = "token";

  /** Every namespace written. */
  public static final List<String> NAMESPACES = List.of("left", "right", TOKEN_NAMESPACE);

  /** Every key written. */
  public static final List<String> KEYS =
      List.of("a", "a\u0000", "b", "c", "d\u0000\u0000e", "\udbff\udfff", TOKEN_KEY);

  /** Every space written. */
  public static final List<EmbeddingSpace> SPACES =
      List.of(EmbeddingSpace.of(16), new EmbeddingSpace("dot", 3, Metric.DOT, null));

  private CrashBatches() {}

  /** The batch of a token. */
  public static WriteBatch batch(String token) {
    Random random = new Random(token.hashCode() * 31L + token.length());
    List<Write> writes = new ArrayList<>();
    for (String key : KEYS) {
      if (key.equals(TOKEN_KEY) || random.nextInt(3) == 0) {
        continue;
      }
      // The same key in both namespaces: half a batch would be seen.
      for (String namespace : List.of("left", "right")) {
        writes.add(write(namespace, key, token, random));
      }
    }
    writes.add(
        random.nextInt(writes.size() + 1),
        upsert(
            TOKEN_NAMESPACE, TOKEN_KEY, Value.text(token), null, List.of(), WriteCondition.none()));
    return WriteBatch.of(writes, CommitAttributes.NONE);
  }

  private static Write write(String namespace, String key, String token, Random random) {
    List<Embedding> embeddings =
        SPACES.stream()
            .filter(_ -> random.nextBoolean())
            .map(space -> vector(space, random))
            .toList();
    Value value =
        random.nextInt(12) == 0
            ? Value.bytes(new byte[random.nextInt(6_000)], "application/" + token.length())
            : Value.json("{\"token\": \"" + token + "\"}");
    Metadata metadata = Metadata.of("token", token, "n", random.nextInt());
    return switch (random.nextInt(12)) {
      case 0, 1 -> new Write.Delete(namespace, key, WriteCondition.none());
      case 2, 3 ->
          upsert(
              namespace,
              key,
              null,
              null,
              List.of(vector(SPACES.getFirst(), random)),
              WriteCondition.none());
      case 4 -> upsert(namespace, key, null, metadata, embeddings, WriteCondition.none());
      default -> upsert(namespace, key, value, metadata, embeddings, WriteCondition.none());
    };
  }

  private static Write.Upsert upsert(
      String namespace,
      String key,
      @Nullable Value value,
      @Nullable Metadata metadata,
      List<Embedding> embeddings,
      WriteCondition condition) {
    return new Write.Upsert(
        namespace, key, value, metadata, embeddings, Write.Expiry.Unchanged.UNCHANGED, condition);
  }

  private static Embedding vector(EmbeddingSpace space, Random random) {
    float[] vector = new float[space.dimension()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = 0.1f + random.nextFloat();
    }
    return Embedding.of(space, vector);
  }
}
