package dev.nacre.vector;

/**
 * When a space gets a graph, when the graph takes in what came since, and which searches use it.
 *
 * @param threshold live vectors from which a space gets a graph
 */
record GraphPolicy(int threshold) {
  private static final int TAIL_MIN = 10_000;
  private static final int SEGMENTS_MAX = 4;

  /** Vectors that are always compared one by one rather than searched in a filtered graph. */
  private static final int EXACT_MAX = 20_000;

  /**
   * Candidates that give recall at 10 of 0.99 in 10,000 text embeddings of 384 dimensions, with a
   * tenth to spare; what is needed grows with the 0.2th power of the size (measured: 50 at 10,000,
   * 80 at 100,000; docs/adr/0008).
   */
  private static final double CANDIDATES = 55;

  private static final double CANDIDATES_AT = 10_000;
  private static final double CANDIDATES_GROWTH = .2;

  /** How often a graph is searched for matches of a filter before they are compared one by one. */
  static final int FILTERED_ROUNDS = 2;

  /** How many times as many candidates each of those searches keeps as the one before. */
  static final int FILTERED_GROWTH = 4;

  /** What is to be done about a graph. */
  enum Work {
    /** Nothing. */
    NONE,
    /** Build it from everything. */
    BUILD,
    /** Add what it lacks. */
    EXTEND
  }

  /** What a space needs. */
  Work work(SpaceSet set) {
    GraphLayer layer = set.layer();
    if (layer == null) {
      return set.live() >= threshold ? Work.BUILD : Work.NONE;
    }
    int least = Math.min(TAIL_MIN, Math.max(1, threshold / 2));
    int tail = set.live() - set.liveDocs();
    int dead = layer.docs() - set.liveDocs();
    if (dead > Math.max(least, layer.docs() / 4)) {
      return Work.BUILD;
    }
    if (tail <= Math.max(least, layer.docs() / 10)) {
      return Work.NONE;
    }
    return layer.index().segments() >= SEGMENTS_MAX ? Work.BUILD : Work.EXTEND;
  }

  /** How many candidates a search of a graph keeps, so that recall at k stays at 0.99. */
  int candidates(GraphLayer layer, int k, boolean filtered) {
    double size = Math.max(CANDIDATES_AT, layer.docs());
    double forTen = CANDIDATES * Math.pow(size / CANDIDATES_AT, CANDIDATES_GROWTH);
    int candidates = (int) Math.ceil(forTen + 1.5 * Math.max(0, k - 10));
    return filtered ? 2 * candidates : candidates;
  }

  /**
   * Whether the graph answers, of whose documents {@code accepted} count; otherwise they are
   * compared one by one.
   */
  boolean usesGraph(GraphLayer layer, int accepted, int k, boolean filtered) {
    if (candidates(layer, k, filtered) > accepted) {
      return false;
    }
    if (filtered) {
      return accepted > Math.max(Math.min(EXACT_MAX, threshold), layer.docs() / 10);
    }
    return accepted > layer.docs() / 4;
  }
}
