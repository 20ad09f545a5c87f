// What laying out a map of vectors spends its time on.
#include "mapping.h"

#include <math.h>

// Multiplying and adding are not fused, so that a map is the same on every processor.
#pragma STDC FP_CONTRACT OFF

#define KERNELS "mapping.inc"
#include "each-processor.h"

void memsh_map_dots(
    const float *rows, size_t row_count, size_t width, const float *vectors, size_t vector_count, float *output) {
  BEST(dots, (rows, row_count, width, vectors, vector_count, output));
}

void memsh_map_add_weighted(
    const float *rows, size_t row_count, size_t width, const float *factors, size_t sum_count, double *sums) {
  BEST(add_weighted, (rows, row_count, width, factors, sum_count, sums));
}

size_t memsh_map_nearest(
    const float *rows, size_t width, uint32_t row, const uint32_t *candidates, size_t candidate_count, size_t wanted,
    uint32_t *neighbours, float *likeness) {
  return BEST(nearest, (rows, width, row, candidates, candidate_count, wanted, neighbours, likeness));
}

/// The next random number (xorshift64*).
static inline uint32_t drawn(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (uint32_t)(*state * 0x2545F4914F6CDD1Du >> 32);
}

/// No point moves further in one go, however near or far the other one is.
static inline float limited(float value) { return value > 4 ? 4 : value < -4 ? -4 : value; }

void memsh_map_settle(
    float *places, size_t point_count, const uint32_t *edges, const float *weights, size_t edge_count, float step, float gap,
    unsigned pushes, uint64_t *state) {
  for (size_t edge = 0; edge < edge_count; edge++) {
    if (weights[edge] * 4294967296.0f <= (float)drawn(state)) continue;
    float *head = places + 2 * (size_t)edges[2 * edge];
    float *tail = places + 2 * (size_t)edges[2 * edge + 1];
    float x = head[0] - tail[0], y = head[1] - tail[1];
    float square = x * x + y * y;
    // Nearer than the gap they part, as by a spring.
    float pull = square < gap * gap ? 0.5f * (gap / (sqrtf(square) + 1e-6f) - 1) : -2 / (1 + square);
    float across = limited(pull * x) * step, up = limited(pull * y) * step;
    head[0] += across, head[1] += up;
    tail[0] -= across, tail[1] -= up;
    for (unsigned push = 0; push < pushes; push++) {
      float *other = places + 2 * (size_t)((uint64_t)drawn(state) * point_count >> 32);
      if (other == head) continue;
      x = head[0] - other[0], y = head[1] - other[1];
      square = x * x + y * y;
      float force = 2 / ((0.001f + square) * (1 + square));
      head[0] += limited(force * x) * step;
      head[1] += limited(force * y) * step;
    }
  }
}
