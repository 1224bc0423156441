/** Tests of filters. */
@NullMarked
package dev.nacre.filter;

import org.jspecify.annotations.NullMarked;
