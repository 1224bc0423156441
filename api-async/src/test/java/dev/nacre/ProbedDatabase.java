package dev.nacre;

import dev.nacre.store.StoreOptions;
import java.util.function.UnaryOperator;

/** Opens databases with options of the store that are not public, for tests in other packages. */
public final class ProbedDatabase {
  private ProbedDatabase() {}

  /** Opens one. */
  public static Database open(DatabaseOptions options, UnaryOperator<StoreOptions> change) {
    return EmbeddedDatabase.open(options, change);
  }
}
