package dev.nacre.bench.data;

import java.util.List;

/**
 * Vectors in memory with their keys: row {@code i} belongs to key {@code i}. Not copied; nobody
 * writes to it.
 *
 * @param dimension components of each
 * @param keys their keys
 * @param rows the vectors
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; copying would double the memory.
public record Vectors(int dimension, List<String> keys, float[][] rows) {
  /** Checks that there is a key for each row. */
  public Vectors {
    if (keys.size() != rows.length) {
      throw new IllegalArgumentException(keys.size() + " keys for " + rows.length + " vectors");
    }
    keys = List.copyOf(keys);
  }

  /** How many there are. */
  public int size() {
    return rows.length;
  }

  /** Rows {@code from} to {@code to}, exclusive. */
  public Vectors slice(int from, int to) {
    return new Vectors(
        dimension, keys.subList(from, to), java.util.Arrays.copyOfRange(rows, from, to));
  }
}
