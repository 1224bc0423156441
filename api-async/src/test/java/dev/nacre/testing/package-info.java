/**
 * What tests of the API share: {@link dev.nacre.testing.DatabaseContract} and its helpers, and the
 * dump of the public API. Shipped as a test-jar for the modules above.
 */
@NullMarked
package dev.nacre.testing;

import org.jspecify.annotations.NullMarked;
