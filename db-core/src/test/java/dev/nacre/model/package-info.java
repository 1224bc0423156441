/** Tests of the model. */
@NullMarked
package dev.nacre.model;

import org.jspecify.annotations.NullMarked;
