/**
 * The graph tier: HNSW by Lucene, the only package that sees it. {@link
 * dev.nacre.vector.graph.GraphFiles} is one space's index directory, {@link
 * dev.nacre.vector.graph.GraphIndex} an opened, immutable state of it.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.vector.graph;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
