package dev.nacre.bench.data;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds or makes a dataset by its name: {@code real-10k}, {@code clustered-300k}. */
public final class Datasets {
  /** Embedded once; smaller real datasets are its beginning. */
  public static final int REAL_BASE = 100_000;

  /** Texts that are searched for. */
  public static final int REAL_QUERIES = 1_000;

  private static final Pattern NAME = Pattern.compile("(real|clustered)-([0-9]{1,6})(k?)");
  private static final int CLUSTERED_QUERIES = 500;
  private static final int CLUSTER_SIZE = 300;
  private static final int DIMENSION = 384;
  private static final long SEED = 7;

  private final Collection collection;

  /** Real ones come from {@code collection}. */
  public Datasets(Collection collection) {
    this.collection = collection;
  }

  /**
   * Whether a name is one.
   *
   * @throws IllegalArgumentException with what is allowed
   */
  public static void check(String name) {
    int size = size(name);
    if (size < 1 || (isReal(name) && size > REAL_BASE)) {
      throw new IllegalArgumentException(
          "dataset " + name + " has " + size + " vectors; real ones have 1 to " + REAL_BASE);
    }
  }

  /** Whether it is of texts. */
  public static boolean isReal(String name) {
    return name.startsWith("real");
  }

  /** The dataset of that name. */
  public Dataset get(String name) throws IOException {
    check(name);
    int size = size(name);
    if (isReal(name)) {
      Collection.Embedded embedded = collection.load(size, REAL_BASE, REAL_QUERIES);
      List<TextRow> rows = TextFile.rows(collection.texts(), embedded.base().keys());
      return new Dataset(name, embedded.base(), rows, embedded.queries());
    }
    return Clustered.make(
        name, size, CLUSTERED_QUERIES, DIMENSION, Math.max(4, size / CLUSTER_SIZE), SEED);
  }

  private static int size(String name) {
    Matcher matcher = NAME.matcher(name.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "dataset " + name + " is unknown; names are like real-10k and clustered-300k");
    }
    return Integer.parseInt(matcher.group(2)) * (matcher.group(3).isEmpty() ? 1 : 1_000);
  }
}
