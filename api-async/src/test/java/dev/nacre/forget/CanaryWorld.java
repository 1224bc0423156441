package dev.nacre.forget;

import static dev.nacre.testing.Futures.await;
import static org.awaitility.Awaitility.await;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.EmbedRequest;
import dev.nacre.PutRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.CommitAttributes;
import dev.nacre.model.Embedding;
import dev.nacre.model.EmbeddingSpace;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import dev.nacre.model.Value;
import dev.nacre.model.Write;
import dev.nacre.search.SearchRequest;
import java.nio.file.Path;
import java.time.Duration;

/** A database with canaries in every place there is, beside other data. */
final class CanaryWorld {
  static final String NAMESPACE = "people";
  static final String PREFIX = "secret/";
  static final EmbeddingSpace SPACE = new EmbeddingSpace("face", 6, Metric.EUCLIDEAN, null);
  private static final int OTHERS = 120;

  private CanaryWorld() {}

  static Database open(Path directory) {
    return Database.open(
        DatabaseOptions.builder(directory)
            .graphThreshold(20)
            .blockCacheBytes(4 << 20)
            .writeBufferBytes(1 << 20)
            .build());
  }

  /** Fills a database; answers the key with the canaries. */
  static String fill(Database db, Canaries canaries) {
    for (int i = 0; i < OTHERS; i++) {
      other(db, i, 0);
    }
    String key = PREFIX + canaries.text("key");
    // In several files: versions are rewritten, deleted, written again, restored.
    await(
        db.put(
            PutRequest.of(NAMESPACE, key, Value.text(canaries.text("first value")))
                .withMetadata(Metadata.of("note", canaries.text("metadata")))
                .withAttributes(CommitAttributes.NONE.withIdempotencyKey("once"))));
    embed(db, key, canaries.vector("first vector"));
    await(db.compact());
    build(db);
    await(db.put(NAMESPACE, key, Value.json("{\"a\":\"" + canaries.text("second value") + "\"}")));
    embed(db, key, canaries.vector("second vector"));
    for (int i = 0; i < OTHERS; i += 3) {
      other(db, i, 1);
    }
    await(db.delete(NAMESPACE, key));
    await(db.compact());
    await(db.restore(NAMESPACE, key, AsOf.version(OTHERS + 2)));
    await(
        db.put(
            PutRequest.of(NAMESPACE, key, Value.text(canaries.text("third value")))
                .withExpiry(new Write.Expiry.After(Duration.ofDays(1)))));
    embed(db, key, canaries.vector("third vector"));
    return key;
  }

  /** Writes other vectors until the graph on disk has been written with the canaries' key. */
  static void buildWith(Database db, Canaries canaries, Path directory) {
    int[] round = {1};
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              round[0]++;
              for (int i = 0; i < OTHERS; i += 4) {
                embed(db, "other/" + i, new float[] {i, round[0], 2, 3, 4, 5});
              }
              build(db);
              return canaries.findIn(directory.resolve("index")).containsKey("key");
            });
  }

  static void other(Database db, int i, int version) {
    String key = "other/" + i;
    await(
        db.put(
            PutRequest.of(NAMESPACE, key, Value.json("{\"n\":" + i + ",\"v\":" + version + "}"))
                .withMetadata(Metadata.of("n", i))));
    embed(db, key, new float[] {i, i + 1, version, 3, 4, 5});
  }

  static void embed(Database db, String key, float[] vector) {
    await(db.embed(EmbedRequest.of(NAMESPACE, key, Embedding.of(SPACE, vector))));
  }

  /** Searches until a graph of the space is on disk. */
  static void build(Database db) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              search(db);
              var search = await(db.stats()).search();
              return search != null && search.graphs() > 0 && search.buildingGraphs() == 0;
            });
  }

  static int search(Database db) {
    return await(
            db.similar(
                SearchRequest.byVector(NAMESPACE, new float[] {1, 1, 1, 1, 1, 1})
                    .withSpace(SPACE.name())
                    .withK(1000)))
        .hits()
        .size();
  }
}
