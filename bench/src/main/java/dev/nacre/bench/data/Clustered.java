package dev.nacre.bench.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Vectors of length one around random centres, made with a fixed seed: what is to be measured where
 * there are no texts enough, or none. As with embeddings of texts, what lies around one centre
 * differs in a few directions only, others for each centre: noise in all directions would make
 * every neighbour equally far, which no model does.
 */
final class Clustered {
  /** How far from its centre a vector lies, before it is scaled: the centre's length is one. */
  private static final double SPREAD = .7;

  /** Directions in which the vectors around one centre differ. */
  private static final int DIRECTIONS = 16;

  private Clustered() {}

  /** Makes vectors and queries; the same arguments give the same ones. */
  static Dataset make(String name, int count, int queries, int dimension, int clusters, long seed) {
    Random random = new Random(seed);
    float[][] centres = new float[clusters][];
    float[][][] directions = new float[clusters][DIRECTIONS][];
    for (int i = 0; i < clusters; i++) {
      centres[i] = direction(random, dimension);
      for (int j = 0; j < DIRECTIONS; j++) {
        directions[i][j] = direction(random, dimension);
      }
    }
    List<String> keys = new ArrayList<>(count + queries);
    List<TextRow> rows = new ArrayList<>(count + queries);
    float[][] vectors = new float[count + queries][];
    for (int i = 0; i < vectors.length; i++) {
      int cluster = random.nextInt(clusters);
      vectors[i] = near(random, centres[cluster], directions[cluster]);
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

  private static float[] direction(Random random, int dimension) {
    double[] point = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      point[i] = random.nextGaussian();
    }
    return scaled(point);
  }

  private static float[] near(Random random, float[] centre, float[][] directions) {
    double[] point = new double[centre.length];
    for (int i = 0; i < point.length; i++) {
      point[i] = centre[i];
    }
    for (float[] direction : directions) {
      double step = SPREAD / Math.sqrt(directions.length) * random.nextGaussian();
      for (int i = 0; i < point.length; i++) {
        point[i] += step * direction[i];
      }
    }
    return scaled(point);
  }

  private static float[] scaled(double[] point) {
    double squares = 0;
    for (double part : point) {
      squares += part * part;
    }
    double length = Math.sqrt(squares);
    float[] scaled = new float[point.length];
    for (int i = 0; i < point.length; i++) {
      scaled[i] = (float) (point[i] / length);
    }
    return scaled;
  }
}
