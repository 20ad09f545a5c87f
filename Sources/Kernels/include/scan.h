#pragma once
#include <stddef.h>
#include <stdint.h>

/// Multiplies rows of codes with those of a query.
///
/// - codes: rows of `stride` bytes, a multiple of 32.
/// - query: `stride` codes, so small that no sum of products exceeds 32 bits.
/// - positions: the rows to be read; NULL for all, which then begin with the one at `first`.
/// - products, sums: room for `count` results: the sum of products, and what the row's 64-bit words add up to.
void memsh_scan_codes(
    const int8_t *codes, size_t stride, const int16_t *query, const size_t *positions, size_t first, size_t count,
    int32_t *products, uint64_t *sums);

/// Counts the bits in which rows of `words` words differ from a query's; otherwise as memsh_scan_codes.
void memsh_scan_signs(
    const uint64_t *signs, size_t words, const uint64_t *query, const size_t *positions, size_t first, size_t count,
    int32_t *differences, uint64_t *sums);
