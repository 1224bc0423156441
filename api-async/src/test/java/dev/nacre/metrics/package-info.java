/** Tests of metrics. */
@NullMarked
package dev.nacre.metrics;

import org.jspecify.annotations.NullMarked;
