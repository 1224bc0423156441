package dev.nacre.similarity.device;

import java.util.List;

/**
 * What a device answers: the rows that can be among the nearest, by the host's scores. The host
 * compares them again, and every row from {@link #end} on.
 */
public final class Candidates {
  /** The device has compared nothing. */
  static final Candidates NONE = new Candidates(0, List.of());

  private final int end;
  private final List<int[]> rows;

  Candidates(int end, List<int[]> rows) {
    this.end = end;
    this.rows = rows;
  }

  /** Rows below this were compared by the device; 0 when none was. */
  public int end() {
    return end;
  }

  /**
   * Rows below {@link #end} that can be among the nearest of a query, ascending, all of them
   * allowed by the mask; {@code end} is not 0. They may be more than were asked for, and all of
   * them when all score alike.
   */
  public int[] rows(int query) {
    return rows.get(query);
  }
}
