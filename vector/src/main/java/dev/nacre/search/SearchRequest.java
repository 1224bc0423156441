package dev.nacre.search;

import static java.util.Objects.requireNonNull;

import dev.nacre.error.ValidationException;
import dev.nacre.filter.Filter;
import dev.nacre.model.AsOf;
import dev.nacre.model.EmbeddingSpace;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the records of a namespace whose embeddings are nearest to a vector, or to the embedding
 * of a text. Immutable.
 */
public final class SearchRequest {
  /** The most hits of one search. */
  public static final int K_MAX = 10_000;

  private final Parts parts;

  /** What is asked. It changes only until the request that holds it is made. */
  private static final class Parts implements Cloneable {
    private final String namespace;
    private float @Nullable [] vector;
    private @Nullable String text;
    private String space = EmbeddingSpace.DEFAULT_NAME;
    private int k = 10;
    private @Nullable Filter filter;
    private AsOf asOf = AsOf.now();

    Parts(String namespace) {
      this.namespace = requireNonNull(namespace, "namespace");
    }

    /** All that counts for being equal, but for the vector. */
    List<@Nullable Object> others() {
      return Arrays.asList(namespace, text, space, k, filter, asOf);
    }

    @Override
    protected Parts clone() {
      try {
        return (Parts) super.clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private SearchRequest(Parts parts) {
    this.parts = parts;
  }

  /** The same with something changed. */
  private SearchRequest with(Consumer<Parts> change) {
    Parts changed = parts.clone();
    change.accept(changed);
    return new SearchRequest(changed);
  }

  /**
   * The 10 nearest in the default space, now. The vector is copied; it is checked against the space
   * when searched.
   */
  public static SearchRequest byVector(String namespace, float... vector) {
    return new SearchRequest(new Parts(namespace)).withVector(vector);
  }

  /**
   * The 10 nearest to the meaning of a text in the default space, now; needs a database with an
   * embedder.
   */
  public static SearchRequest byText(String namespace, String text) {
    Parts parts = new Parts(namespace);
    parts.text = requireNonNull(text, "text");
    if (text.isBlank()) {
      throw new ValidationException(
          "the text to search for is empty", Map.of("namespace", namespace));
    }
    return new SearchRequest(parts);
  }

  /** The same with this vector in place of vector or text. */
  public SearchRequest withVector(float... value) {
    float[] copied = requireNonNull(value, "vector").clone();
    return with(
        to -> {
          to.vector = copied;
          to.text = null;
        });
  }

  /** The same in another embedding space. */
  public SearchRequest withSpace(String value) {
    requireNonNull(value, "space");
    return with(to -> to.space = value);
  }

  /** The same with at most {@code value} hits, 1–10,000. */
  public SearchRequest withK(int value) {
    if (value < 1 || value > K_MAX) {
      throw new ValidationException(
          "k is " + value + "; allowed are 1 to " + K_MAX, Map.of("k", Integer.toString(value)));
    }
    return with(to -> to.k = value);
  }

  /** The same over records whose metadata and declared fields match. */
  public SearchRequest withFilter(Filter value) {
    requireNonNull(value, "filter");
    return with(to -> to.filter = value);
  }

  /** The same as of another moment. */
  public SearchRequest withAsOf(AsOf value) {
    requireNonNull(value, "asOf");
    return with(to -> to.asOf = value);
  }

  /** The namespace. */
  public String namespace() {
    return parts.namespace;
  }

  /** A copy of the vector, when searching by vector. */
  public Optional<float[]> vector() {
    return Optional.ofNullable(parts.vector).map(float[]::clone);
  }

  /** The text, when searching by text. */
  public Optional<String> text() {
    return Optional.ofNullable(parts.text);
  }

  /** Name of the embedding space. */
  public String space() {
    return parts.space;
  }

  /** The most hits. */
  public int k() {
    return parts.k;
  }

  /** The condition on metadata and declared fields. */
  public Optional<Filter> filter() {
    return Optional.ofNullable(parts.filter);
  }

  /** The moment. */
  public AsOf asOf() {
    return parts.asOf;
  }

  @Override
  public String toString() {
    return "SearchRequest["
        + parts.namespace
        + ", space "
        + parts.space
        + ", k "
        + parts.k
        + (parts.text == null
            ? ", vector of " + (parts.vector == null ? 0 : parts.vector.length)
            : ", text of " + parts.text.length())
        + (parts.filter == null ? "" : ", " + parts.filter)
        + ", "
        + parts.asOf
        + "]";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SearchRequest that
        && Arrays.equals(parts.vector, that.parts.vector)
        && parts.others().equals(that.parts.others());
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(parts.vector) + parts.others().hashCode();
  }
}
