/** Tests of the parts of a commit. */
@NullMarked
package dev.nacre.store.commit;

import org.jspecify.annotations.NullMarked;
