package dev.nacre.search;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.EmbeddingSpace;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the records of a namespace whose embeddings are nearest to a vector, or to the embedding
 * of a text. Immutable.
 */
public final class SearchRequest {
  /** The most hits of one search. */
  public static final int K_MAX = 10_000;

  private final String namespace;
  private final float @Nullable [] vector;
  private final @Nullable String text;
  private final String space;
  private final int k;
  private final @Nullable Filter filter;
  private final AsOf asOf;

  private SearchRequest(
      String namespace,
      float @Nullable [] vector,
      @Nullable String text,
      String space,
      int k,
      @Nullable Filter filter,
      AsOf asOf) {
    this.namespace = requireNonNull(namespace, "namespace");
    this.vector = vector;
    this.text = text;
    this.space = requireNonNull(space, "space");
    this.k = k;
    this.filter = filter;
    this.asOf = requireNonNull(asOf, "asOf");
  }

  /**
   * The 10 nearest in the default space, now. The vector is copied; it is checked against the space
   * when searched.
   */
  public static SearchRequest byVector(String namespace, float... vector) {
    return new SearchRequest(
        namespace,
        requireNonNull(vector, "vector").clone(),
        null,
        EmbeddingSpace.DEFAULT_NAME,
        10,
        null,
        AsOf.now());
  }

  /**
   * The 10 nearest to the meaning of a text in the default space, now; needs a database with an
   * embedder.
   */
  public static SearchRequest byText(String namespace, String text) {
    requireNonNull(namespace, "namespace");
    requireNonNull(text, "text");
    if (text.isBlank()) {
      throw new ValidationException(
          "the text to search for is empty", Map.of("namespace", namespace));
    }
    return new SearchRequest(
        namespace, null, text, EmbeddingSpace.DEFAULT_NAME, 10, null, AsOf.now());
  }

  /** The same with this vector in place of vector or text. */
  public SearchRequest withVector(float... value) {
    return new SearchRequest(
        namespace, requireNonNull(value, "vector").clone(), null, space, k, filter, asOf);
  }

  /** The same in another embedding space. */
  public SearchRequest withSpace(String value) {
    return new SearchRequest(namespace, vector, text, value, k, filter, asOf);
  }

  /** The same with at most {@code value} hits, 1–10,000. */
  public SearchRequest withK(int value) {
    if (value < 1 || value > K_MAX) {
      throw new ValidationException(
          "k is " + value + "; allowed are 1 to " + K_MAX, Map.of("k", Integer.toString(value)));
    }
    return new SearchRequest(namespace, vector, text, space, value, filter, asOf);
  }

  /** The same over records whose metadata and declared fields match. */
  public SearchRequest withFilter(Filter value) {
    return new SearchRequest(
        namespace, vector, text, space, k, requireNonNull(value, "filter"), asOf);
  }

  /** The same as of another moment. */
  public SearchRequest withAsOf(AsOf value) {
    return new SearchRequest(namespace, vector, text, space, k, filter, value);
  }

  /** The namespace. */
  public String namespace() {
    return namespace;
  }

  /** A copy of the vector, when searching by vector. */
  public Optional<float[]> vector() {
    return Optional.ofNullable(vector).map(float[]::clone);
  }

  /** The text, when searching by text. */
  public Optional<String> text() {
    return Optional.ofNullable(text);
  }

  /** Name of the embedding space. */
  public String space() {
    return space;
  }

  /** The most hits. */
  public int k() {
    return k;
  }

  /** The condition on metadata and declared fields. */
  public Optional<Filter> filter() {
    return Optional.ofNullable(filter);
  }

  /** The moment. */
  public AsOf asOf() {
    return asOf;
  }

  @Override
  public String toString() {
    return "SearchRequest["
        + namespace
        + ", space "
        + space
        + ", k "
        + k
        + (text == null
            ? ", vector of " + (vector == null ? 0 : vector.length)
            : ", text of " + text.length())
        + (filter == null ? "" : ", " + filter)
        + ", "
        + asOf
        + "]";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SearchRequest that
        && namespace.equals(that.namespace)
        && Arrays.equals(vector, that.vector)
        && Objects.equals(text, that.text)
        && space.equals(that.space)
        && k == that.k
        && Objects.equals(filter, that.filter)
        && asOf.equals(that.asOf);
  }

  @Override
  public int hashCode() {
    return Objects.hash(namespace, Arrays.hashCode(vector), text, space, k, filter, asOf);
  }
}
