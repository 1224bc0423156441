/** Tests of what a salvage is made of. */
@NullMarked
package dev.nacre.store.salvage;

import org.jspecify.annotations.NullMarked;
