package dev.nacre.similarity.device;

/** The k-th largest of some floats that are above minus infinity: a bounded heap. */
final class KthLargest {
  private KthLargest() {}

  /**
   * The k-th largest of {@code values[from, from + count)}; minus infinity when fewer are above it.
   */
  static float of(float[] values, int from, int count, int k) {
    if (k > count) {
      return Float.NEGATIVE_INFINITY;
    }
    float[] heap = new float[k];
    int size = 0;
    for (int i = from; i < from + count; i++) {
      float value = values[i];
      if (value == Float.NEGATIVE_INFINITY) {
        continue;
      }
      if (size < k) {
        up(heap, size++, value);
      } else if (value > heap[0]) {
        down(heap, value);
      }
    }
    return size < k ? Float.NEGATIVE_INFINITY : heap[0];
  }

  private static void up(float[] heap, int start, float value) {
    int at = start;
    while (at > 0 && heap[(at - 1) >>> 1] > value) {
      heap[at] = heap[(at - 1) >>> 1];
      at = (at - 1) >>> 1;
    }
    heap[at] = value;
  }

  private static void down(float[] heap, float value) {
    int at = 0;
    for (int child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= value) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = value;
  }
}
