/**
 * What tests of the store share: a naive model of it, generators of random histories, and the child
 * processes that are killed on purpose. Shipped as a test-jar for the modules above.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.testing;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
