/** Tests of Arrow tables: whole ones, damaged ones, and those of other writers. */
@NullMarked
@CheckReturnValue
package dev.nacre.sql.arrow;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
