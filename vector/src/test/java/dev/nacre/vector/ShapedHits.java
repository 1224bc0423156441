package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.model.Metadata;
import dev.nacre.model.Metric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What is made of hits, by hand: a whole ranking in a list, and every rule applied to all of it.
 */
final class ShapedHits {
  static final int DIMENSION = 5;

  private final Metric metric;
  private final Map<String, Row> rows = new HashMap<>();

  /** A record. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Row(String key, float[] vector, Metadata metadata) {}

  /** A record and its score. */
  record Scored(Row row, float score) {
    String key() {
      return row.key;
    }
  }

  ShapedHits(Metric metric) {
    this.metric = metric;
  }

  void add(Row row) {
    rows.put(row.key, row);
  }

  /** Small whole numbers: their products and distances are exact, and often the same. */
  static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    vector[0] = 1 + random.nextInt(2);
    for (int i = 1; i < DIMENSION; i++) {
      vector[i] = random.nextInt(5) - 2;
    }
    return vector;
  }

  /** A group, or none, of every kind of value; 1 and 1.0 are the same. */
  static Metadata metadata(Random random) {
    int colour = random.nextInt(4);
    return switch (random.nextInt(9)) {
      case 0 -> Metadata.of("colour", colour);
      case 1 -> Metadata.of("colour", colour, "group", 1);
      case 2 -> Metadata.of("colour", colour, "group", 1.0);
      case 3 -> Metadata.of("colour", colour, "group", true);
      case 4 -> Metadata.of("colour", colour, "group", List.of("a", "b"));
      case 5 -> Metadata.of("colour", colour, "group", List.of());
      case 6 -> Metadata.of("colour", colour, "group", "a");
      default -> Metadata.of("colour", colour, "group", "g" + random.nextInt(6));
    };
  }

  /**
   * Every record that matches, best first.
   *
   * @param scores what the records score where that is not exact, by key; null where it is
   */
  List<Scored> ranking(
      float[] query, Filter filter, float minScore, @Nullable Map<String, Float> scores) {
    List<Scored> ranking = new ArrayList<>();
    for (Row row : rows.values()) {
      float score =
          scores == null
              // There is one zero only.
              ? (float) SearchFixture.score(metric, query, row.vector) + 0f
              : Objects.requireNonNull(scores.get(row.key));
      if (filter.matches(row.metadata) && score >= minScore) {
        ranking.add(new Scored(row, score));
      }
    }
    ranking.sort(Comparator.comparingDouble(Scored::score).reversed().thenComparing(Scored::key));
    return ranking;
  }

  /** The keys of the best {@code k} groups, each of at most {@code size}. */
  static List<List<String>> groups(List<Scored> ranking, int k, int size) {
    Map<Object, List<String>> groups = new LinkedHashMap<>();
    for (Scored scored : ranking) {
      Object value = scored.row.metadata.get("group").orElse(scored.key() + " alone");
      List<String> group =
          groups.computeIfAbsent(
              value.equals(1.0) ? Long.valueOf(1) : value, _ -> new ArrayList<>());
      if (group.size() < size) {
        group.add(scored.key());
      }
    }
    return groups.values().stream().limit(k).toList();
  }

  /** The definition of maximal marginal relevance. */
  List<String> diverse(List<Scored> ranking, int k, int pool, double lambda) {
    List<Scored> left =
        new ArrayList<>(ranking.subList(0, Math.min(Math.max(k, pool), ranking.size())));
    List<Scored> chosen = new ArrayList<>();
    while (chosen.size() < k && !left.isEmpty()) {
      Scored best = left.getFirst();
      for (Scored candidate : left) {
        if (relevance(candidate, chosen, lambda) > relevance(best, chosen, lambda)) {
          best = candidate;
        }
      }
      left.remove(best);
      chosen.add(best);
    }
    return chosen.stream().map(Scored::key).toList();
  }

  private double relevance(Scored candidate, List<Scored> chosen, double lambda) {
    if (chosen.isEmpty()) {
      return candidate.score;
    }
    double nearest =
        chosen.stream()
            .mapToDouble(
                other -> SearchFixture.score(metric, other.row.vector, candidate.row.vector))
            .max()
            .orElseThrow();
    return lambda * candidate.score - (1 - lambda) * nearest;
  }
}
