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
    private @Nullable Float minScore;
    private @Nullable Grouping grouping;
    private @Nullable Diversity diversity;
    private @Nullable String cursor;

    Parts(String namespace) {
      this.namespace = requireNonNull(namespace, "namespace");
    }

    /** All that counts for being equal, but for the vector. */
    List<@Nullable Object> others() {
      return Arrays.asList(
          namespace, text, space, k, filter, asOf, minScore, grouping, diversity, cursor);
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
    checkTogether(changed);
    return new SearchRequest(changed);
  }

  /** Refuses what cannot be asked for together. */
  private static void checkTogether(Parts parts) {
    Grouping grouping = parts.grouping;
    if (grouping != null && (long) parts.k * grouping.size() > K_MAX) {
      throw new ValidationException(
          parts.k + " groups of " + grouping.size() + " hits; allowed are " + K_MAX + " in all",
          Map.of("k", Integer.toString(parts.k), "size", Integer.toString(grouping.size())));
    }
    if (parts.diversity != null && parts.k > Diversity.POOL_MAX) {
      throw new ValidationException(
          "k is " + parts.k + "; of diverse hits allowed are 1 to " + Diversity.POOL_MAX,
          Map.of("k", Integer.toString(parts.k)));
    }
    if (parts.diversity != null && grouping != null) {
      throw new ValidationException(
          "a search cannot be grouped and diverse at once; leave one out",
          Map.of("field", grouping.field()));
    }
    if (parts.cursor != null && (parts.diversity != null || grouping != null)) {
      throw new ValidationException(
          "a search that is "
              + (grouping == null ? "diverse" : "grouped")
              + " cannot be continued by a cursor; ask for more hits at once",
          Map.of("cursor", parts.cursor));
    }
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

  /**
   * The same without hits whose score is below {@code value}. Scores are the cosine, −1 to 1, the
   * inner product, or under the Euclidean metric the negative square of the distance: −4 leaves out
   * what is more than 2 away.
   */
  public SearchRequest withMinScore(float value) {
    if (!Float.isFinite(value)) {
      throw new ValidationException(
          "the least score is " + value + "; it must be finite",
          Map.of("minScore", Float.toString(value)));
    }
    return with(to -> to.minScore = value);
  }

  /**
   * The same with hits by the value of a field: {@code k} then counts groups. Groups are looked for
   * among the nearest 10,000 records; when that leaves it open whether there are more, or better
   * ones, the result is not exact.
   */
  public SearchRequest withGrouping(Grouping value) {
    requireNonNull(value, "grouping");
    return with(to -> to.grouping = value);
  }

  /** The same with hits that are not near to each other, 1,000 at most. */
  public SearchRequest withDiversity(Diversity value) {
    requireNonNull(value, "diversity");
    return with(to -> to.diversity = value);
  }

  /**
   * The same continued behind the last hit of a result; null for the beginning. A cursor carries
   * its version and instant, which then win over the moment asked for: however much is written
   * meanwhile, pages neither repeat nor leave out a record. It is refused by any other search: all
   * but {@code k} and the moment must be the same, the vector bit by bit; one that is made of a
   * text too, so an embedder must answer the same vector again.
   *
   * <p>It is text that outlives the process, and holds nothing: once retention has dropped its
   * version, the search fails with {@link dev.nacre.error.HistoryDroppedException}. A page costs as
   * much as all hits up to its end at once; a search pages through 10,000 hits at most.
   */
  public SearchRequest withCursor(@Nullable String value) {
    return with(to -> to.cursor = value);
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

  /** The least score of a hit. */
  public Optional<Float> minScore() {
    return Optional.ofNullable(parts.minScore);
  }

  /** How hits are grouped. */
  public Optional<Grouping> grouping() {
    return Optional.ofNullable(parts.grouping);
  }

  /** How much hits are to differ. */
  public Optional<Diversity> diversity() {
    return Optional.ofNullable(parts.diversity);
  }

  /** Where an earlier result ended. */
  public Optional<String> cursor() {
    return Optional.ofNullable(parts.cursor);
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
        + (parts.minScore == null ? "" : ", score from " + parts.minScore)
        + (parts.grouping == null ? "" : ", " + parts.grouping)
        + (parts.diversity == null ? "" : ", " + parts.diversity)
        + (parts.cursor == null ? "" : ", continued")
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
