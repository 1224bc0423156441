package dev.nacre.vector.exact;

/**
 * The best of many scored rows: a bounded heap with the worst on top. Equal scores are ordered by
 * key. For one thread.
 */
public final class TopHits {
  private final int limit;
  private final KeyOrder order;
  private float[] scores;
  private int[] keys;
  private long[] rows;
  private int size;

  /** Compares keys by their numbers. */
  @FunctionalInterface
  public interface KeyOrder {
    /** Negative when the first key comes first. */
    int compare(int key1, int key2);
  }

  /** Keeps the best {@code limit}, at least 1. */
  public TopHits(int limit, KeyOrder order) {
    this.limit = limit;
    this.order = order;
    int room = Math.min(limit, 64);
    this.scores = new float[room];
    this.keys = new int[room];
    this.rows = new long[room];
  }

  /** Whether a row of this score could still get in; for skipping quickly. */
  public boolean admits(float score) {
    return size < limit || score >= scores[0];
  }

  /** Offers a row; {@code row} is the caller's to interpret. */
  public void offer(float score, int key, long row) {
    if (size < limit) {
      if (size == scores.length) {
        grow();
      }
      up(size++, score, key, row);
    } else if (worse(scores[0], keys[0], score, key)) {
      down(score, key, row, size);
    }
  }

  /** The lowest score held, before sorting; of none, nothing. */
  public float worst() {
    return scores[0];
  }

  /** Forgets what is held. */
  public void clear() {
    size = 0;
  }

  /** How many are held. */
  public int size() {
    return size;
  }

  /** Sorts what is held, best first. Nothing can be offered afterwards. */
  public void sort() {
    int left = size;
    while (left > 1) {
      left--;
      float score = scores[left];
      int key = keys[left];
      long row = rows[left];
      scores[left] = scores[0];
      keys[left] = keys[0];
      rows[left] = rows[0];
      down(score, key, row, left);
    }
  }

  /** The score of the i-th. */
  public float score(int i) {
    return scores[i];
  }

  /** The key of the i-th. */
  public int key(int i) {
    return keys[i];
  }

  /** The row of the i-th. */
  public long row(int i) {
    return rows[i];
  }

  private boolean worse(float score1, int key1, float score2, int key2) {
    int compared = Float.compare(score1, score2);
    return compared != 0 ? compared < 0 : order.compare(key1, key2) > 0;
  }

  private void up(int start, float score, int key, long row) {
    int at = start;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!worse(score, key, scores[parent], keys[parent])) {
        break;
      }
      move(parent, at);
      at = parent;
    }
    set(at, score, key, row);
  }

  private void down(float score, int key, long row, int end) {
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= end) {
        break;
      }
      int right = child + 1;
      if (right < end && worse(scores[right], keys[right], scores[child], keys[child])) {
        child = right;
      }
      if (!worse(scores[child], keys[child], score, key)) {
        break;
      }
      move(child, at);
      at = child;
    }
    set(at, score, key, row);
  }

  private void move(int from, int to) {
    set(to, scores[from], keys[from], rows[from]);
  }

  private void set(int at, float score, int key, long row) {
    scores[at] = score;
    keys[at] = key;
    rows[at] = row;
  }

  private void grow() {
    int room = (int) Math.min(limit, scores.length * 4L);
    scores = java.util.Arrays.copyOf(scores, room);
    keys = java.util.Arrays.copyOf(keys, room);
    rows = java.util.Arrays.copyOf(rows, room);
  }
}
