package dev.nacre.bench.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Vectors of length one around random centres, made with a fixed seed: what is to be measured where
 * there are no texts enough, or none.
 */
final class Clustered {
  /** How far from its centre a vector lies, before it is scaled: the centre's length is one. */
  private static final double SPREAD = .7;

  private Clustered() {}

  /** Makes vectors and queries; the same arguments give the same ones. */
  static Dataset make(String name, int count, int queries, int dimension, int clusters, long seed) {
    Random random = new Random(seed);
    float[][] centres = new float[clusters][];
    for (int i = 0; i < clusters; i++) {
      centres[i] = gaussian(random, dimension, new float[dimension], 1);
    }
    List<String> keys = new ArrayList<>(count + queries);
    List<TextRow> rows = new ArrayList<>(count + queries);
    float[][] vectors = new float[count + queries][];
    for (int i = 0; i < vectors.length; i++) {
      int cluster = random.nextInt(clusters);
      vectors[i] = gaussian(random, dimension, centres[cluster], SPREAD);
      keys.add("vector:" + i);
      rows.add(
          new TextRow(
              keys.get(i),
              "a vector near the centre of cluster " + cluster,
              Map.of("section", "cluster-" + cluster, "number", (long) i)));
    }
    Vectors all = new Vectors(dimension, keys, vectors);
    return new Dataset(
        name,
        all.slice(0, count),
        List.copyOf(rows.subList(0, count)),
        all.slice(count, vectors.length));
  }

  private static float[] gaussian(Random random, int dimension, float[] centre, double spread) {
    double each = spread / Math.sqrt(dimension);
    double[] point = new double[dimension];
    double squares = 0;
    for (int i = 0; i < dimension; i++) {
      point[i] = centre[i] + each * random.nextGaussian();
      squares += point[i] * point[i];
    }
    double length = Math.sqrt(squares);
    float[] scaled = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      scaled[i] = (float) (point[i] / length);
    }
    return scaled;
  }
}
