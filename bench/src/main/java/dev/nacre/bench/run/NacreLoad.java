package dev.nacre.bench.run;

import dev.nacre.Database;
import dev.nacre.bench.data.TextRow;
import dev.nacre.bench.data.Vectors;
import dev.nacre.model.Commit;
import dev.nacre.model.Embedding;
import dev.nacre.model.WriteBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Stores records with their vectors through the public interface. */
final class NacreLoad {
  static final String NAMESPACE = "bench";

  private NacreLoad() {}

  /**
   * Stores everything, each batch durable, and returns when the last one is.
   *
   * @param batch records in a batch
   * @param inFlight batches under way at a time
   */
  static void run(Database db, Vectors vectors, List<TextRow> rows, int batch, int inFlight) {
    Deque<CompletableFuture<Commit>> underWay = new ArrayDeque<>();
    for (int from = 0; from < vectors.size(); from += batch) {
      WriteBatch.Builder writes = WriteBatch.builder();
      for (int i = from; i < Math.min(vectors.size(), from + batch); i++) {
        TextRow row = rows.get(i);
        writes.put(
            NAMESPACE,
            vectors.keys().get(i),
            row.value(),
            row.metadata(),
            Embedding.of(vectors.rows()[i]));
      }
      if (underWay.size() == inFlight) {
        Commit _ = underWay.removeFirst().join();
      }
      underWay.addLast(db.batch(writes.build()));
    }
    for (CompletableFuture<Commit> commit : underWay) {
      Commit _ = commit.join();
    }
  }
}
