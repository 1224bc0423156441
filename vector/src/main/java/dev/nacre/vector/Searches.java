package dev.nacre.vector;

import dev.nacre.filter.Filter;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The ways into one tier, at one moment, for one query. For one thread. */
@FunctionalInterface
interface Searches {
  /**
   * A search that finds as many of the nearest as it is asked for.
   *
   * @param further what must hold besides the query's filter, or null
   */
  IntFunction<Found> where(@Nullable Filter further);
}
