/** That what was purged cannot be found any more, wherever one looks. */
@NullMarked
package dev.nacre.forget;

import org.jspecify.annotations.NullMarked;
