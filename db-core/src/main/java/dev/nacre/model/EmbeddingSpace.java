package dev.nacre.model;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A named vector space of a namespace: vectors of one dimension, compared by one metric, made by
 * one model. Fixed when first written; a write that names the same space with another definition is
 * refused.
 *
 * @param name 1–64 of {@code A–Z a–z 0–9 _ - .}
 * @param dimension 1–4096
 * @param metric how vectors are compared
 * @param model id of the model the vectors come from, or null when not stated
 */
public record EmbeddingSpace(String name, int dimension, Metric metric, @Nullable String model) {
  /** Name of the space used when none is given. */
  public static final String DEFAULT_NAME = "default";

  /** The largest dimension. */
  public static final int DIMENSION_MAX = 4096;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /** Checks the definition. */
  public EmbeddingSpace {
    requireNonNull(name, "name");
    requireNonNull(metric, "metric");
    if (!NAME.matcher(name).matches()) {
      throw new ValidationException(
          "embedding space name \"" + name + "\" must be 1-64 letters, digits, '_', '-' or '.'",
          Map.of("space", name));
    }
    if (dimension < 1 || dimension > DIMENSION_MAX) {
      throw new ValidationException(
          "embedding space \""
              + name
              + "\" has dimension "
              + dimension
              + "; allowed are 1 to "
              + DIMENSION_MAX,
          Map.of("space", name, "dimension", Integer.toString(dimension)));
    }
    if (model != null && model.length() > 256) {
      throw new ValidationException(
          "model id of embedding space \""
              + name
              + "\" has "
              + model.length()
              + " characters; at most 256",
          Map.of("space", name));
    }
    if (model != null) {
      Texts.check(model, "model id of embedding space \"" + name + "\"");
    }
  }

  /** The default space: cosine, no model stated. */
  public static EmbeddingSpace of(int dimension) {
    return new EmbeddingSpace(DEFAULT_NAME, dimension, Metric.COSINE, null);
  }

  /** A cosine space of that name, no model stated. */
  public static EmbeddingSpace of(String name, int dimension) {
    return new EmbeddingSpace(name, dimension, Metric.COSINE, null);
  }
}
