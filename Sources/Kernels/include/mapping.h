#pragma once
#include <stddef.h>
#include <stdint.h>

/// Rows are as wide as a multiple of this; what a vector does not fill is 0.
#define MEMSH_MAP_LANES 16

/// The dot product of each row with each vector.
///
/// - output: rows × vectors numbers.
void memsh_map_dots(
    const float *rows, size_t row_count, size_t width, const float *vectors, size_t vector_count, float *output);

/// Adds up the rows, each times a factor, for each of several columns of factors.
///
/// - factors: rows × sums numbers.
/// - sums: sum_count rows of `width` numbers, which grow.
void memsh_map_add_weighted(
    const float *rows, size_t row_count, size_t width, const float *factors, size_t sum_count, double *sums);

/// Of some rows those that are most like another one, by dot product; the first of `wanted` that are as like.
///
/// - candidates: Rows; `row` itself is passed over.
/// - neighbours, likeness: Room for `wanted`, best first.
/// Returns how many there are.
size_t memsh_map_nearest(
    const float *rows, size_t width, uint32_t row, const uint32_t *candidates, size_t candidate_count, size_t wanted,
    uint32_t *neighbours, float *likeness);

/// Moves points of the plane for one round: each edge draws its ends together, and pushes its first end away from some
/// points that are drawn at random. The force falls with 1 / (1 + distance²).
///
/// - places: x and y of each point.
/// - edges: Two points each; an edge takes part when its weight, from 0 to 1, is above a number drawn for it.
/// - step: How far points move; it falls from round to round.
/// - gap: An edge's ends come no nearer to each other.
/// - pushes: How many points an edge's first end is pushed away from.
/// - state: Of the random numbers, not 0.
void memsh_map_settle(
    float *places, size_t point_count, const uint32_t *edges, const float *weights, size_t edge_count, float step, float gap,
    unsigned pushes, uint64_t *state);
