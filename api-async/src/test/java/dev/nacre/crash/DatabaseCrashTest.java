package dev.nacre.crash;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.Database;
import dev.nacre.GetAllRequest;
import dev.nacre.model.AsOf;
import dev.nacre.model.Page;
import dev.nacre.model.ScanRequest;
import dev.nacre.model.VersionedRecord;
import dev.nacre.search.Hit;
import dev.nacre.search.SearchRequest;
import dev.nacre.search.SearchResult;
import dev.nacre.testing.CrashRun;
import dev.nacre.testing.CrashRun.Acknowledged;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After a kill, records, vectors and the index answer at one version. */
class DatabaseCrashTest {
  @TempDir Path work;

  @Test
  void killedProcess_leavesRecordsVectorsAndIndexAtOneVersion() throws Exception {
    kill(20, new Random().nextLong());
  }

  @Tag("soak")
  @Test
  void processKilledOften_leavesRecordsVectorsAndIndexAtOneVersion() throws Exception {
    kill(Integer.getInteger("nacre.soak.kills", 500), new Random().nextLong());
  }

  private void kill(int times, long seed) throws Exception {
    System.out.println("DatabaseCrashTest: " + times + " kills, seed " + seed);
    Verifier verifier = new Verifier(seed);
    try (CrashRun run = new CrashRun(SearchCrashChild.class, work, seed, () -> verifier)) {
      run.kill(times);
    }
    assertTrue(verifier.hitsCompared > 0, "no search was compared");
    System.out.println("DatabaseCrashTest: " + verifier.hitsCompared + " hits compared");
  }

  private static final class Verifier implements CrashRun.Verifier {
    private final Random random;
    private long hitsCompared;

    Verifier(long seed) {
      random = new Random(seed);
    }

    @Override
    public void verify(Path directory, List<Acknowledged> acknowledged, boolean last) {
      try (Database database = Database.open(SearchCrashChild.options(directory))) {
        long version = database.stats().join().readPoint().version();
        for (Acknowledged commit : acknowledged) {
          assertTrue(commit.version() <= version, () -> commit + " is lost, left are " + version);
        }
        Map<String, String> left = records(database, "left", version);
        assertEquals(left, records(database, "right", version), "half a commit is there");
        for (String namespace : SearchCrashBatches.NAMESPACES) {
          compareSearch(database, namespace, left, version);
        }
      }
    }

    /** Every key with its token; each record's value, metadata and vector must belong together. */
    private static Map<String, String> records(Database database, String namespace, long version) {
      AsOf asOf = AsOf.version(version);
      Page<VersionedRecord> page =
          database.scanPage(ScanRequest.of(namespace).withLimit(10_000).withAsOf(asOf)).join();
      List<String> keys = page.items().stream().map(VersionedRecord::key).toList();
      Map<String, String> tokens = new HashMap<>();
      for (Optional<VersionedRecord> found :
          database
              .getAll(GetAllRequest.of(namespace, keys).withAsOf(asOf).withSpaces("default"))
              .join()) {
        VersionedRecord record = found.orElseThrow();
        String token = record.value().orElseThrow().asString();
        assertEquals(token, record.metadata().get("token").orElseThrow());
        assertEquals(record.version(), record.embeddingVersions().get("default"));
        assertArrayEquals(
            SearchCrashBatches.vector(record.key(), token),
            requireNonNull(record.embeddings().get("default")).vector());
        tokens.put(record.key(), token);
      }
      return tokens;
    }

    private void compareSearch(
        Database database, String namespace, Map<String, String> tokens, long version) {
      if (tokens.isEmpty()) {
        return;
      }
      List<String> keys = tokens.keySet().stream().sorted().toList();
      for (int i = 0; i < 20; i++) {
        String key = keys.get(random.nextInt(keys.size()));
        float[] vector = SearchCrashBatches.vector(key, requireNonNull(tokens.get(key)));
        SearchResult result =
            database.similar(SearchRequest.byVector(namespace, vector).withK(5)).join();
        assertEquals(version, result.readPoint().version());
        assertEquals(Math.min(5, tokens.size()), result.hits().size());
        assertEquals(key, result.hits().getFirst().key(), "the vector itself is the nearest");
        for (Hit hit : result.hits()) {
          // A hit of another version, or of a record that is gone, would have another score.
          float[] stored =
              SearchCrashBatches.vector(hit.key(), requireNonNull(tokens.get(hit.key())));
          assertEquals(cosine(vector, stored), hit.score(), 1e-4, hit::toString);
          hitsCompared++;
        }
      }
    }

    private static double cosine(float[] left, float[] right) {
      double product = 0;
      double leftSquares = 0;
      double rightSquares = 0;
      for (int i = 0; i < left.length; i++) {
        product += (double) left[i] * right[i];
        leftSquares += (double) left[i] * left[i];
        rightSquares += (double) right[i] * right[i];
      }
      return product / Math.sqrt(leftSquares * rightSquares);
    }
  }
}
