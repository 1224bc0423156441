package dev.nacre.vector;

import dev.nacre.filter.Filter;
import dev.nacre.vector.exact.MemoryMeter;
import java.util.LinkedHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The columns of the fields that filters have asked for lately. Thread-safe: columns are immutable,
 * and the map of them is touched under its own lock only.
 */
final class FieldColumns {
  private static final int FIELDS_MAX = 32;

  private final MemoryMeter meter;
  private final LinkedHashMap<String, FieldColumn> columns = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;
  private boolean released;

  FieldColumns(MemoryMeter meter) {
    this.meter = meter;
  }

  /** The column of a field, or null. */
  synchronized @Nullable FieldColumn find(String field) {
    return columns.get(field);
  }

  /** Keeps a column, unless a newer one of the field is there. */
  synchronized void keep(String field, FieldColumn column) {
    FieldColumn former = columns.get(field);
    boolean newer =
        former == null
            || former.position() < column.position()
            || (former.position() == column.position() && former.keys() < column.keys());
    if (released || !newer) {
      return;
    }
    columns.put(field, column);
    count(column.bytes() - (former == null ? 0 : former.bytes()));
    if (columns.size() > FIELDS_MAX) {
      count(-columns.pollFirstEntry().getValue().bytes());
    }
  }

  /** Bytes taken, about. */
  synchronized long bytes() {
    return bytes;
  }

  /** Gives the memory back to the meter; from now on nothing is kept. */
  synchronized void release() {
    columns.clear();
    count(-bytes);
    released = true;
  }

  private void count(long added) {
    bytes += added;
    meter.add(added);
  }

  /**
   * A bit for every key that a filter matches, by columns.
   *
   * @param columns the column of each field of the filter
   * @param keys how many keys; bits behind the last one are zero
   */
  static long[] matching(Filter filter, Function<String, FieldColumn> columns, int keys) {
    return switch (filter) {
      case Filter.Condition condition -> columns.apply(condition.field()).matching(condition, keys);
      case Filter.Not not -> complement(matching(not.filter(), columns, keys), keys);
      case Filter.And and -> {
        long[] all = complement(new long[(keys + 63) >>> 6], keys);
        for (Filter part : and.filters()) {
          long[] words = matching(part, columns, keys);
          for (int i = 0; i < all.length; i++) {
            all[i] &= words[i];
          }
        }
        yield all;
      }
      case Filter.Or or -> {
        long[] any = new long[(keys + 63) >>> 6];
        for (Filter part : or.filters()) {
          long[] words = matching(part, columns, keys);
          for (int i = 0; i < any.length; i++) {
            any[i] |= words[i];
          }
        }
        yield any;
      }
    };
  }

  private static long[] complement(long[] words, int keys) {
    for (int i = 0; i < words.length; i++) {
      words[i] = ~words[i];
    }
    if ((keys & 63) != 0) {
      words[words.length - 1] &= (1L << keys) - 1;
    }
    return words;
  }
}
