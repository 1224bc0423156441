/** Tests of the database in process that need its insides. */
@NullMarked
package dev.nacre;

import org.jspecify.annotations.NullMarked;
