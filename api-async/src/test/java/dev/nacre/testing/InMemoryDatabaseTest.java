package dev.nacre.testing;

import dev.nacre.Database;
import dev.nacre.DatabaseOptions;

/** The contract, in memory. */
class InMemoryDatabaseTest implements DatabaseContract {
  @Override
  public Database open() {
    return Database.openInMemory();
  }

  @Override
  public Database open(HashEmbedder embedder) {
    return Database.open(DatabaseOptions.inMemoryBuilder().embedder(embedder).build());
  }
}
