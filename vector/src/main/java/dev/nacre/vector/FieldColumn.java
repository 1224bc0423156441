package dev.nacre.vector;

import dev.nacre.filter.Filter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One field of the metadata of all keys, each different value kept once: a condition is asked of
 * values, not of keys. Immutable; it is as of a position in the changes of metadata.
 *
 * <p>The code of a key is 0 when it has no such field, 1 + the place of its scalar, or, behind
 * those, the number of its list; lists are places of their scalars, one list behind the other.
 */
final class FieldColumn {
  private final int position;
  private final int[] codes;
  private final SortedScalars scalars;
  private final int[] listStarts;
  private final int[] listScalars;

  private FieldColumn(
      int position, int[] codes, SortedScalars scalars, int[] listStarts, int[] listScalars) {
    this.position = position;
    this.codes = codes;
    this.scalars = scalars;
    this.listStarts = listStarts;
    this.listScalars = listScalars;
  }

  /**
   * Reads the field of the first {@code keys} keys.
   *
   * @param position how many changes of metadata there were
   * @param field the value of a key's field, or null
   */
  static FieldColumn of(int position, int keys, IntFunction<@Nullable Object> field) {
    Builder builder = new Builder(keys);
    for (int key = 0; key < keys; key++) {
      builder.add(key, field.apply(key));
    }
    return builder.build(position);
  }

  /** Of how many changes of metadata it knows. */
  int position() {
    return position;
  }

  /** It knows of keys that are numbered below this. */
  int keys() {
    return codes.length;
  }

  /** Bytes taken, about; the values themselves belong to the metadata. */
  long bytes() {
    return 128
        + 4L * (codes.length + listStarts.length + listScalars.length)
        // Twice, for the order in time that may come.
        + 2 * scalars.bytes();
  }

  /**
   * A bit for every key whose field meets a condition. Keys that the column does not know of count
   * as if they had no such field.
   *
   * @param keys how many keys; bits behind the last one are zero
   */
  long[] matching(Filter.Condition condition, int keys) {
    boolean[] meets = meeting(condition);
    long[] words = new long[(keys + 63) >>> 6];
    int known = Math.min(keys, codes.length);
    for (int key = 0; key < known; key++) {
      if (meets[codes[key]]) {
        words[key >>> 6] |= 1L << key;
      }
    }
    if (meets[0]) {
      for (int key = known; key < keys; key++) {
        words[key >>> 6] |= 1L << key;
      }
    }
    return words;
  }

  /** A mark for each code whose value meets a condition. */
  private boolean[] meeting(Filter.Condition condition) {
    boolean[] single = scalars.meeting(condition);
    int lists = listStarts.length - 1;
    boolean[] meets = new boolean[1 + single.length + lists];
    System.arraycopy(single, 0, meets, 1, single.length);
    for (int list = 0; list < lists; list++) {
      for (int i = listStarts[list]; i < listStarts[list + 1]; i++) {
        meets[1 + single.length + list] |= single[listScalars[i]];
      }
    }
    switch (condition) {
      case Filter.Ne _ -> {
        for (int code = 0; code < meets.length; code++) {
          meets[code] = !meets[code];
        }
      }
      case Filter.Exists _ -> Arrays.fill(meets, 1, meets.length, true);
      case Filter.Contains contains -> {
        // What equals its value is for lists; a text is looked into.
        for (int place = 0; place < single.length; place++) {
          meets[1 + place] = place < scalars.strings() && contains.holds(scalars.get(place));
        }
      }
      default -> {
        // A scalar, or one in a list.
      }
    }
    return meets;
  }

  /** Gathers values, and numbers the different ones as they come. */
  private static final class Builder {
    /** Distinguishes lists from scalars until all are known. */
    private static final int LIST = 1 << 31;

    private final int[] codes;
    private final Map<Object, Integer> known = new HashMap<>();
    private final List<Object> scalars = new ArrayList<>();
    private final Map<List<?>, Integer> lists = new HashMap<>();
    private final List<int[]> listScalars = new ArrayList<>();

    Builder(int keys) {
      codes = new int[keys];
    }

    void add(int key, @Nullable Object value) {
      codes[key] =
          switch (value) {
            case null -> 0;
            case List<?> list -> LIST | list(list);
            default -> 1 + scalar(value);
          };
    }

    private int scalar(Object value) {
      Integer place = known.putIfAbsent(value, scalars.size());
      if (place != null) {
        return place;
      }
      scalars.add(value);
      return scalars.size() - 1;
    }

    private int list(List<?> list) {
      Integer number = lists.putIfAbsent(list, listScalars.size());
      if (number != null) {
        return number;
      }
      listScalars.add(list.stream().mapToInt(this::scalar).toArray());
      return listScalars.size() - 1;
    }

    FieldColumn build(int position) {
      int[] places = new int[scalars.size()];
      SortedScalars sorted = SortedScalars.of(scalars, places);
      for (int key = 0; key < codes.length; key++) {
        int code = codes[key];
        if ((code & LIST) != 0) {
          codes[key] = 1 + places.length + (code & ~LIST);
        } else if (code > 0) {
          codes[key] = 1 + places[code - 1];
        }
      }
      int[] starts = new int[listScalars.size() + 1];
      for (int list = 0; list < listScalars.size(); list++) {
        starts[list + 1] = starts[list] + listScalars.get(list).length;
      }
      int[] all = new int[starts[listScalars.size()]];
      for (int list = 0; list < listScalars.size(); list++) {
        int at = starts[list];
        for (int scalar : listScalars.get(list)) {
          all[at++] = places[scalar];
        }
      }
      return new FieldColumn(position, codes, sorted, starts, all);
    }
  }
}
