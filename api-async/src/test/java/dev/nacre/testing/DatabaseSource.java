package dev.nacre.testing;

import dev.nacre.Database;

/** How a contract gets its database. */
public interface DatabaseSource {
  /** Opens an empty database; the test closes it. */
  Database open();

  /** Opens an empty database with an embedder. */
  Database open(HashEmbedder embedder);
}
