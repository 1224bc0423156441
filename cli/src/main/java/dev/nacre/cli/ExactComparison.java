package dev.nacre.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Compares a question with every vector, one by one: what a search must agree with. */
final class ExactComparison {
  private static final Comparator<Scored> BEST_FIRST =
      Comparator.comparingDouble(Scored::score).reversed().thenComparing(Scored::key);

  private final SortedMap<String, float[]> vectors;

  ExactComparison(SortedMap<String, float[]> vectors) {
    this.vectors = Collections.unmodifiableSortedMap(new TreeMap<>(vectors));
  }

  private record Scored(String key, double score) {}

  /** The keys of the {@code k} nearest by cosine, best first. */
  List<String> nearest(float[] question, int k) {
    List<Scored> all = new ArrayList<>(vectors.size());
    vectors.forEach((key, vector) -> all.add(new Scored(key, cosine(question, vector))));
    all.sort(BEST_FIRST);
    return all.stream().limit(k).map(Scored::key).toList();
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return product / Math.sqrt(aa * bb);
  }
}
