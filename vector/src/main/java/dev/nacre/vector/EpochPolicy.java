package dev.nacre.vector;

/**
 * How history is cut into epochs, what they are made of, and how their graphs are searched.
 *
 * @param graphs what holds for the present
 * @param blockBytes the most an epoch in memory may take
 */
record EpochPolicy(GraphPolicy graphs, long blockBytes) {
  /** With fewer live vectors a search from storage is over before it is worth anybody's while. */
  static final int LIVE_MIN = 64;

  /** The most epochs of one space. */
  static final int EPOCHS_MAX = 64;

  /** The same where no files may be written: graphs are on the heap then. */
  static final int EPOCHS_IN_MEMORY_MAX = 4;

  /** One that was searched within this time makes no room for another: they would take turns. */
  static final long SPARED_NANOS = 60_000_000_000L;

  /** Documents taken beyond what is wanted: Lucene's scores differ from ours by rounding. */
  static final int ROUNDING_SLACK = 16;

  /** An epoch in memory covers at least so many changes. */
  private static final int BLOCK_CHURN_MIN = 1_024;

  /**
   * What part of the candidates is kept that would leave as many that count as the present keeps:
   * for a recall at 10 of 0.98 rather than 0.99 (docs/adr/0008 says how one follows the other).
   */
  private static final double CANDIDATES_SHARE = .7;

  /** How many times as many candidates are kept at most because others do not count. */
  private static final double DILUTION_MAX = 4;

  /** Whether an epoch around a moment with so many live vectors is kept in memory. */
  boolean usesBlock(long live, long rowBytes) {
    return live < graphs.threshold() && 3 * (live + churn(live)) * rowBytes <= blockBytes;
  }

  /** How many changes an epoch covers. */
  long churn(long live) {
    return live < graphs.threshold() ? Math.max(live, BLOCK_CHURN_MIN) : live;
  }

  /** Whether the newest epoch is read anew because so much has changed since. */
  boolean extendsTail(long live, long changes, boolean block) {
    return block ? changes > 0 : changes >= Math.max(1, live / 8);
  }

  /**
   * Whether the graph answers, of whose documents {@code accepted} count; otherwise they are
   * compared one by one.
   */
  boolean usesGraph(GraphLayer layer, int accepted, int k, boolean filtered) {
    if (graphs.candidates(layer, k, filtered) > accepted) {
      return false;
    }
    return filtered
        ? graphs.usesGraph(layer, accepted, k, true)
        : accepted > layer.docs() / (2 * DILUTION_MAX);
  }

  /**
   * How many candidates a search keeps.
   *
   * @param live how many of the documents were live at the moment
   */
  int candidates(GraphLayer layer, int live, int k, boolean filtered) {
    double dilution = Math.clamp((double) layer.docs() / live, 1, DILUTION_MAX);
    double share = dilution > 1.2 ? CANDIDATES_SHARE : 1;
    int candidates = (int) Math.ceil(graphs.candidates(layer, k, filtered) * dilution * share);
    return Math.min(candidates, layer.docs());
  }
}
