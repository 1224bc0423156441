package dev.nacre.crash;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;
import dev.nacre.model.Commit;
import dev.nacre.search.SearchRequest;
import dev.nacre.testing.CrashChild;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The process that is killed: it commits and searches, with a graph that is built and extended
 * early.
 */
public final class SearchCrashChild {
  private SearchCrashChild() {}

  /** Runs until it is killed or told to close. */
  public static void main(String[] arguments) throws Exception {
    CrashChild.run(new DatabaseOpener());
  }

  static DatabaseOptions options(Path directory) {
    return DatabaseOptions.builder(directory).graphThreshold(40).build();
  }

  private static final class DatabaseOpener implements CrashChild.Opener {
    @Override
    public CrashChild.Subject open(Path directory) {
      return new DatabaseSubject(Database.open(options(directory)));
    }

    @Override
    public void warmUp() {
      try (DatabaseSubject warm = new DatabaseSubject(Database.openInMemory())) {
        for (int i = 0; i < 20; i++) {
          var _ = warm.commit("warm" + i).join();
        }
      }
    }
  }

  private static final class DatabaseSubject implements CrashChild.Subject {
    private final Database database;
    private final AtomicInteger commits = new AtomicInteger();

    DatabaseSubject(Database database) {
      this.database = database;
    }

    @Override
    public long version() {
      return database.stats().join().readPoint().version();
    }

    @Override
    public CompletableFuture<Commit> commit(String token) {
      CompletableFuture<Commit> committed = database.batch(SearchCrashBatches.batch(token));
      if (commits.incrementAndGet() % 8 != 0) {
        return committed;
      }
      // Searching makes the index come into being and follow.
      float[] vector = SearchCrashBatches.vector("key0", token);
      return committed.thenCompose(
          commit ->
              database
                  .similar(SearchRequest.byVector(SearchCrashBatches.NAMESPACES.getFirst(), vector))
                  .thenApply(_ -> commit));
    }

    @Override
    public void close() {
      database.close();
    }
  }
}
