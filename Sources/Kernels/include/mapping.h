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

/// For some rows those that are most like them, by dot product; the first of `wanted` that are as like.
///
/// - own: Rows.
/// - numbers: Which of `own` are looked at.
/// - candidates: Rows; a row itself is passed over.
/// - neighbours, likeness: Room for `wanted` for each of `own`, best first. They keep what was found in earlier calls, which
///   had other candidates.
/// - found: How many there are for each of `own`, 0 at first.
void memsh_map_nearest(
    const float *rows, size_t width, const uint32_t *own, const uint32_t *numbers, size_t number_count,
    const uint32_t *candidates, size_t candidate_count, size_t wanted, uint32_t *neighbours, float *likeness,
    uint32_t *found);

/// Moves some points of the plane for one round: each edge draws its ends together, and pushes its first end away from some
/// points that are drawn at random. The force falls with 1 / (1 + distance²).
///
/// Calls for other points may run beside it: it writes, and reads in `places`, the own points only.
///
/// - places: x and y of each point.
/// - before: Where all points were before the round.
/// - first, own_count: Which points move.
/// - edges: Two points each; an edge takes part when its weight, from 0 to 1, is above a number drawn for it.
/// - step: How far points move; it falls from round to round.
/// - gap: An edge's ends come no nearer to each other.
/// - pushes: How many points an edge's first end is pushed away from.
/// - state: Of the random numbers, not 0.
void memsh_map_settle(
    float *places, const float *before, size_t point_count, size_t first, size_t own_count, const uint32_t *edges,
    const float *weights, size_t edge_count, float step, float gap, unsigned pushes, uint64_t *state);
