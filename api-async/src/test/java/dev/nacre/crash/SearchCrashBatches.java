package dev.nacre.crash;

import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.Metadata;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.model.WriteBatch;
import dev.nacre.model.WriteCondition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Batches that follow from their token alone: some keys get the token as value, metadata and
 * vector, in two namespaces at once, or are deleted from both. So whoever finds a record knows its
 * vector, and half a commit would show as two namespaces that differ.
 */
final class SearchCrashBatches {
  static final List<String> NAMESPACES = List.of("left", "right");
  static final int KEYS = 300;
  static final int DIMENSION = 16;

  private SearchCrashBatches() {}

  static WriteBatch batch(String token) {
    Random random = new Random(token.hashCode());
    List<Write> writes = new ArrayList<>();
    int keys = 1 + random.nextInt(6);
    for (int i = 0; i < keys; i++) {
      String key = "key" + random.nextInt(KEYS);
      boolean delete = random.nextInt(8) == 0;
      for (String namespace : NAMESPACES) {
        writes.add(
            delete
                ? new Write.Delete(namespace, key, WriteCondition.none())
                : new Write.Upsert(
                    namespace,
                    key,
                    Value.text(token),
                    Metadata.of("token", token),
                    List.of(Embedding.of(vector(key, token))),
                    Write.Expiry.Unchanged.UNCHANGED,
                    WriteCondition.none()));
      }
    }
    return WriteBatch.of(writes, CommitAttributes.NONE);
  }

  /** Never the same for two keys: 48 bits of a digest of both decide, not a sum of two hashes. */
  static float[] vector(String key, String token) {
    byte[] both = (key + '\n' + token).getBytes(StandardCharsets.UTF_8);
    Random random = new Random(UUID.nameUUIDFromBytes(both).getMostSignificantBits());
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }
}
