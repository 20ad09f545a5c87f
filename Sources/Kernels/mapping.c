// What laying out a map of vectors spends its time on.
#include "mapping.h"

#include <math.h>
#include <stdbool.h>

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

void memsh_map_nearest(
    const float *rows, size_t width, const uint32_t *own, const uint32_t *numbers, size_t number_count,
    const uint32_t *candidates, size_t candidate_count, size_t wanted, uint32_t *neighbours, float *likeness,
    uint32_t *found) {
  BEST(nearest,
       (rows, width, own, numbers, number_count, candidates, candidate_count, wanted, neighbours, likeness, found));
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
    float *places, const float *before, size_t point_count, size_t first, size_t own_count, const uint32_t *edges,
    const float *weights, size_t edge_count, float step, float gap, unsigned pushes, uint64_t *state) {
  for (size_t edge = 0; edge < edge_count; edge++) {
    if (weights[edge] * 4294967296.0f <= (float)drawn(state)) continue;
    size_t head = edges[2 * edge], tail = edges[2 * edge + 1];
    bool moves_head = head - first < own_count, moves_tail = tail - first < own_count;
    const float *from = (moves_head ? places : before) + 2 * head, *to = (moves_tail ? places : before) + 2 * tail;
    float x = from[0] - to[0], y = from[1] - to[1];
    float square = x * x + y * y;
    // Nearer than the gap they part, as by a spring.
    float pull = square < gap * gap ? 0.5f * (gap / (sqrtf(square) + 1e-6f) - 1) : -2 / (1 + square);
    float across = limited(pull * x) * step, up = limited(pull * y) * step;
    if (moves_tail) places[2 * tail] -= across, places[2 * tail + 1] -= up;
    if (!moves_head) continue;
    float *own = places + 2 * head;
    own[0] += across, own[1] += up;
    for (unsigned push = 0; push < pushes; push++) {
      size_t other = (size_t)((uint64_t)drawn(state) * point_count >> 32);
      if (other == head) continue;
      const float *away = (other - first < own_count ? places : before) + 2 * other;
      x = own[0] - away[0], y = own[1] - away[1];
      square = x * x + y * y;
      float force = 2 / ((0.001f + square) * (1 + square));
      own[0] += limited(force * x) * step;
      own[1] += limited(force * y) * step;
    }
  }
}
