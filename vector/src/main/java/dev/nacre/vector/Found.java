package dev.nacre.vector;

import dev.nacre.search.SearchPlan;
import dev.nacre.vector.exact.TopHits;
import java.util.function.IntFunction;

/**
 * The nearest vectors, best first, before their records are read.
 *
 * @param hits sorted; a hit's row is the version that wrote its vector
 * @param keys the key of a key number
 * @param plan how they were found
 * @param exact whether no nearer vector can have been missed
 */
record Found(TopHits hits, IntFunction<String> keys, SearchPlan plan, boolean exact) {}
