// Scores of queries against rows, and the rows that reach a threshold. See Device.java for the layout.
// One work-item compares one row with TILE queries; a work-group is a group of rows, whose best scores it writes.
// No option that loosens arithmetic is ever given: ErrorBound.java relies on IEEE rounding.

#define GROUP 64
#define LANES 16
#define TILE 4

#ifdef FP_FAST_FMAF
#define ADD_PRODUCT(a, b, sum) fma(a, b, sum)
#else
#define ADD_PRODUCT(a, b, sum) ((a) * (b) + (sum))
#endif

static float total(float16 lanes) {
  float8 eight = lanes.lo + lanes.hi;
  float4 four = eight.lo + eight.hi;
  float2 two = four.lo + four.hi;
  return two.x + two.y;
}

// The end of both kernels: scores and the group's best, minus infinity where a row takes no part.
static void finish(const float *score, int row, int in_limit, __global float *scores, __global float *maxima,
                   __global const uint *mask, int masked, int query, ulong row_limit, __local float *best) {
  int item = get_local_id(0);
  int counts = in_limit;
  if (counts && masked) {
    counts = (mask[row >> 5] >> (row & 31)) & 1;
  }
  for (int i = 0; i < TILE; i++) {
    float value = counts ? score[i] : -INFINITY;
    best[i * GROUP + item] = value;
    if (in_limit) {
      scores[(query + i) * row_limit + row] = value;
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  if (item < TILE) {
    float most = -INFINITY;
    for (int i = 0; i < GROUP; i++) {
      most = fmax(most, best[item * GROUP + i]);
    }
    maxima[(query + item) * (row_limit / GROUP) + row / GROUP] = most;
  }
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void inner_products(__global const float *rows, __global const float *queries, __global float *scores,
                    __global float *maxima, __global const uint *mask, int masked, int first, int count, int stride,
                    int row_limit) {
  __local float best[TILE * GROUP];
  int at = get_global_id(0);
  int query = get_global_id(1) * TILE;
  float score[TILE];
  if (at < count) {
    __global const float *row = rows + (ulong)at * stride;
    __global const float *q = queries + (ulong)query * stride;
    float16 a = 0, b = 0, c = 0, d = 0;
    for (int i = 0; i < stride; i += LANES) {
      float16 x = vload16(0, row + i);
      a = ADD_PRODUCT(x, vload16(0, q + i), a);
      b = ADD_PRODUCT(x, vload16(0, q + stride + i), b);
      c = ADD_PRODUCT(x, vload16(0, q + 2 * stride + i), c);
      d = ADD_PRODUCT(x, vload16(0, q + 3 * stride + i), d);
    }
    score[0] = total(a);
    score[1] = total(b);
    score[2] = total(c);
    score[3] = total(d);
  }
  finish(score, first + at, at < count, scores, maxima, mask, masked, query, row_limit, best);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void negated_distances(__global const float *rows, __global const float *queries, __global float *scores,
                       __global float *maxima, __global const uint *mask, int masked, int first, int count,
                       int stride, int row_limit) {
  __local float best[TILE * GROUP];
  int at = get_global_id(0);
  int query = get_global_id(1) * TILE;
  float score[TILE];
  if (at < count) {
    __global const float *row = rows + (ulong)at * stride;
    __global const float *q = queries + (ulong)query * stride;
    float16 a = 0, b = 0, c = 0, d = 0;
    for (int i = 0; i < stride; i += LANES) {
      float16 x = vload16(0, row + i);
      float16 y = vload16(0, q + i) - x;
      a = ADD_PRODUCT(y, y, a);
      y = vload16(0, q + stride + i) - x;
      b = ADD_PRODUCT(y, y, b);
      y = vload16(0, q + 2 * stride + i) - x;
      c = ADD_PRODUCT(y, y, c);
      y = vload16(0, q + 3 * stride + i) - x;
      d = ADD_PRODUCT(y, y, d);
    }
    score[0] = 0 - total(a);
    score[1] = 0 - total(b);
    score[2] = 0 - total(c);
    score[3] = 0 - total(d);
  }
  finish(score, first + at, at < count, scores, maxima, mask, masked, query, row_limit, best);
}

// One work-item looks at one group, and at its rows only when its best score reaches the threshold.
__kernel void select_rows(__global const float *scores, __global const float *maxima,
                          __global const float *thresholds, __global int *counts, __global int *found, int count,
                          int row_limit, int capacity) {
  int group = get_global_id(0);
  int query = get_global_id(1);
  int groups = row_limit / GROUP;
  float threshold = thresholds[query];
  if (group >= groups || !(maxima[(ulong)query * groups + group] >= threshold)) {
    return;
  }
  int end = min(count, (group + 1) * GROUP);
  for (int row = group * GROUP; row < end; row++) {
    if (scores[(ulong)query * row_limit + row] >= threshold) {
      int at = atomic_inc(counts + query);
      if (at < capacity) {
        found[(ulong)query * capacity + at] = row;
      }
    }
  }
}
