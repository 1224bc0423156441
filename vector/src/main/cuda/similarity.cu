// Scores of queries against rows, and the rows that reach a threshold. See Device.java for the layout.
// A warp compares one row after the other with TILE queries; a block is a group of 64 rows, whose best scores it writes.
// Compiled without options that loosen arithmetic: ErrorBound.java relies on IEEE rounding. compile.py makes the PTX.

#define GROUP 64
#define WARP 32
#define WARPS 8
#define WHOLE_WARP 0xffffffffu
#define MINUS_INFINITY __int_as_float(0xff800000)

template <int TILE, bool DISTANCES>
__device__ __forceinline__ void score(const float *rows, const float *queries, float *scores, float *maxima,
                                      const unsigned *mask, int masked, int first, int count, int stride,
                                      int row_limit) {
  __shared__ float best[TILE][WARPS];
  const int warp = threadIdx.x / WARP;
  const int lane = threadIdx.x % WARP;
  const size_t query = (size_t)blockIdx.y * TILE;
  const int quads = stride / 4;
  const float4 *q = (const float4 *)(queries + query * stride);
  float most[TILE];
#pragma unroll
  for (int t = 0; t < TILE; t++) {
    most[t] = MINUS_INFINITY;
  }
#pragma unroll 1
  for (int r = warp; r < GROUP; r += WARPS) {
    const int at = blockIdx.x * GROUP + r;
    if (at >= count) {
      break;
    }
    const float4 *row = (const float4 *)(rows + (size_t)at * stride);
    float sum[TILE];
#pragma unroll
    for (int t = 0; t < TILE; t++) {
      sum[t] = 0;
    }
    for (int i = lane; i < quads; i += WARP) {
      const float4 x = row[i];
#pragma unroll
      for (int t = 0; t < TILE; t++) {
        const float4 y = q[(size_t)t * quads + i];
        if (DISTANCES) {
          const float a = y.x - x.x, b = y.y - x.y, c = y.z - x.z, d = y.w - x.w;
          sum[t] = fmaf(d, d, fmaf(c, c, fmaf(b, b, fmaf(a, a, sum[t]))));
        } else {
          sum[t] = fmaf(x.w, y.w, fmaf(x.z, y.z, fmaf(x.y, y.y, fmaf(x.x, y.x, sum[t]))));
        }
      }
    }
    const int number = first + at;
    const bool counts = !masked || (mask[number >> 5] >> (number & 31) & 1);
#pragma unroll
    for (int t = 0; t < TILE; t++) {
      for (int step = WARP / 2; step > 0; step /= 2) {
        sum[t] += __shfl_xor_sync(WHOLE_WARP, sum[t], step);
      }
      const float value = !counts ? MINUS_INFINITY : DISTANCES ? 0 - sum[t] : sum[t];
      most[t] = fmaxf(most[t], value);
      if (lane == 0) {
        scores[(query + t) * row_limit + number] = value;
      }
    }
  }
  if (lane == 0) {
#pragma unroll
    for (int t = 0; t < TILE; t++) {
      best[t][warp] = most[t];
    }
  }
  __syncthreads();
  if (threadIdx.x < TILE) {
    float value = best[threadIdx.x][0];
    for (int i = 1; i < WARPS; i++) {
      value = fmaxf(value, best[threadIdx.x][i]);
    }
    maxima[(query + threadIdx.x) * (row_limit / GROUP) + first / GROUP + blockIdx.x] = value;
  }
}

#define SCORE_KERNEL(NAME, TILE, DISTANCES)                                                                        \
  extern "C" __global__ void __launch_bounds__(WARP *WARPS)                                                        \
      NAME(const float *rows, const float *queries, float *scores, float *maxima, const unsigned *mask, int masked, \
           int first, int count, int stride, int row_limit) {                                                      \
    score<TILE, DISTANCES>(rows, queries, scores, maxima, mask, masked, first, count, stride, row_limit);          \
  }

SCORE_KERNEL(inner_products_1, 1, false)
SCORE_KERNEL(inner_products_8, 8, false)
SCORE_KERNEL(negated_distances_1, 1, true)
SCORE_KERNEL(negated_distances_8, 8, true)

// One thread looks at one group, and at its rows only when its best score reaches the threshold.
extern "C" __global__ void select_rows(const float *scores, const float *maxima, const float *thresholds, int *counts,
                                       int *found, int count, int row_limit, int capacity) {
  const int group = blockIdx.x * blockDim.x + threadIdx.x;
  const size_t query = blockIdx.y;
  const int groups = row_limit / GROUP;
  const float threshold = thresholds[query];
  if (group >= groups || !(maxima[query * groups + group] >= threshold)) {
    return;
  }
  const int end = min(count, (group + 1) * GROUP);
  for (int row = group * GROUP; row < end; row++) {
    if (scores[query * row_limit + row] >= threshold) {
      const int at = atomicAdd(counts + query, 1);
      if (at < capacity) {
        found[query * capacity + at] = row;
      }
    }
  }
}
