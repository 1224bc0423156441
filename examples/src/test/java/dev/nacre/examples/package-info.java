/** The examples run, and the documentation quotes them. */
@NullMarked
package dev.nacre.examples;

import org.jspecify.annotations.NullMarked;
