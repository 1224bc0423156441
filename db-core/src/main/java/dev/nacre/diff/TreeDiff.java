package dev.nacre.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nacre.diff.JsonPatch.Kind;
import dev.nacre.diff.JsonPatch.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Compares two JSON trees from the root down.
 *
 * <p>Fields are compared by name. Of two arrays the same start and the same end are left alone;
 * what lies between is aligned by its longest common subsequence when that is affordable, otherwise
 * element by element. Runs between aligned elements are compared pair by pair, so that an element
 * that changed inside is patched inside; what one side has more is added or removed. The operations
 * apply one after the other, so indices are those of the array as patched so far.
 */
final class TreeDiff {
  /** Above it the table of the longest common subsequence is not made: 4 MiB of ints. */
  private static final long TABLE_CELLS_MAX = 1 << 20;

  private final List<Operation> operations = new ArrayList<>();

  private TreeDiff() {}

  static List<Operation> operations(JsonNode before, JsonNode after) {
    TreeDiff diff = new TreeDiff();
    diff.compare("", before, after);
    return diff.operations;
  }

  private void compare(String path, JsonNode before, JsonNode after) {
    if (before instanceof ObjectNode left && after instanceof ObjectNode right) {
      compareObjects(path, left, right);
    } else if (before instanceof ArrayNode left && after instanceof ArrayNode right) {
      compareArrays(path, left, right);
    } else if (!before.equals(after)) {
      operations.add(new Operation(Kind.REPLACE, path, after));
    }
  }

  private void compareObjects(String path, ObjectNode before, ObjectNode after) {
    for (Map.Entry<String, JsonNode> field : before.properties()) {
      String at = path + "/" + escaped(field.getKey());
      JsonNode now = after.get(field.getKey());
      if (now == null) {
        operations.add(new Operation(Kind.REMOVE, at, null));
      } else {
        compare(at, field.getValue(), now);
      }
    }
    for (Map.Entry<String, JsonNode> field : after.properties()) {
      if (!before.has(field.getKey())) {
        operations.add(
            new Operation(Kind.ADD, path + "/" + escaped(field.getKey()), field.getValue()));
      }
    }
  }

  private void compareArrays(String path, ArrayNode before, ArrayNode after) {
    int[] left = hashes(before);
    int[] right = hashes(after);
    int start = 0;
    int shorter = Math.min(left.length, right.length);
    while (start < shorter && same(before, left, start, after, right, start)) {
      start++;
    }
    int leftEnd = left.length;
    int rightEnd = right.length;
    while (leftEnd > start
        && rightEnd > start
        && same(before, left, leftEnd - 1, after, right, rightEnd - 1)) {
      leftEnd--;
      rightEnd--;
    }
    long cells = (leftEnd - start + 1L) * (rightEnd - start + 1L);
    if (cells > TABLE_CELLS_MAX || leftEnd == start || rightEnd == start) {
      int _ = run(path, start, before, start, leftEnd, after, start, rightEnd);
      return;
    }
    int[][] common = commonLengths(before, left, start, leftEnd, after, right, start, rightEnd);
    int i = start;
    int j = start;
    int at = start;
    while (i < leftEnd || j < rightEnd) {
      int runLeft = i;
      int runRight = j;
      while (i < leftEnd || j < rightEnd) {
        if (i < leftEnd && j < rightEnd && same(before, left, i, after, right, j)) {
          break;
        }
        boolean skipRight =
            i == leftEnd
                || (j < rightEnd
                    && common[i - start][j + 1 - start] >= common[i + 1 - start][j - start]);
        if (skipRight) {
          j++;
        } else {
          i++;
        }
      }
      at = run(path, at, before, runLeft, i, after, runRight, j);
      while (i < leftEnd && j < rightEnd && same(before, left, i, after, right, j)) {
        i++;
        j++;
        at++;
      }
    }
  }

  /**
   * Makes {@code before[leftFrom, leftTo)}, which is at {@code at} now, {@code after[rightFrom,
   * rightTo)}; the index behind it.
   */
  private int run(
      String path,
      int at,
      ArrayNode before,
      int leftFrom,
      int leftTo,
      ArrayNode after,
      int rightFrom,
      int rightTo) {
    int pairs = Math.min(leftTo - leftFrom, rightTo - rightFrom);
    for (int i = 0; i < pairs; i++) {
      compare(path + "/" + (at + i), before.get(leftFrom + i), after.get(rightFrom + i));
    }
    int index = at + pairs;
    // From the end, so that each removal moves nothing that is removed later.
    for (int i = leftTo - leftFrom - 1; i >= pairs; i--) {
      operations.add(new Operation(Kind.REMOVE, path + "/" + (at + i), null));
    }
    for (int j = rightFrom + pairs; j < rightTo; j++) {
      operations.add(new Operation(Kind.ADD, path + "/" + index++, after.get(j)));
    }
    return index;
  }

  /** Cell [i][j]: how many elements from i and from j on can be aligned. */
  private static int[][] commonLengths(
      ArrayNode before,
      int[] left,
      int leftFrom,
      int leftTo,
      ArrayNode after,
      int[] right,
      int rightFrom,
      int rightTo) {
    int rows = leftTo - leftFrom;
    int columns = rightTo - rightFrom;
    int[][] common = new int[rows + 1][columns + 1];
    for (int i = rows - 1; i >= 0; i--) {
      for (int j = columns - 1; j >= 0; j--) {
        common[i][j] =
            same(before, left, leftFrom + i, after, right, rightFrom + j)
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    return common;
  }

  private static boolean same(
      ArrayNode before, int[] left, int i, ArrayNode after, int[] right, int j) {
    return left[i] == right[j] && before.get(i).equals(after.get(j));
  }

  /** Most elements that differ differ here: comparing them whole is the exception. */
  private static int[] hashes(ArrayNode array) {
    int[] hashes = new int[array.size()];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = array.get(i).hashCode();
    }
    return hashes;
  }

  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
