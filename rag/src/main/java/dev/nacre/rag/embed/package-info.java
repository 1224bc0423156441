/**
 * Embedders: the sentence model that runs in process, on ONNX Runtime. Hidden behind {@link
 * dev.nacre.rag.Embedders}.
 */
@NullMarked
@CheckReturnValue
package dev.nacre.rag.embed;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
