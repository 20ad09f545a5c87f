#pragma once
#include <stddef.h>
#include <stdint.h>

/// Numbers of a text's sketch: see memsh_minhash.
#define MEMSH_MINHASH_SIZE 96

/// The lowest bytes of the least hashes of a text's runs of four bytes.
///
/// - factors, addends: MEMSH_MINHASH_SIZE hash functions.
/// - bytes: MEMSH_MINHASH_SIZE bytes of room for the result.
void memsh_minhash(
    const uint8_t *text, size_t length, const uint32_t *factors, const uint32_t *addends, uint8_t *bytes);

/// The sides of `bits` random planes that a vector is on.
///
/// - values: `size` numbers, a power of 2, which are used up.
/// - signs: `rounds` times `size` factors of 1 and -1.
/// - sketch: bits / 64 words of room for the result.
void memsh_angular_sketch(
    float *values, size_t size, const float *signs, size_t rounds, uint64_t *sketch, size_t bits);

/// What rows are compared by.
enum memsh_likeness {
  /// Words of 64 bits: alike when at most `limit` bits differ.
  memsh_bits = 0,
  /// Bytes: alike when at least `limit` are equal.
  memsh_bytes = 1,
  /// Ascending lists of 32-bit hashes: alike when Jaccard's index is at least `share`.
  memsh_lists = 2,
};

/// Rows that are compared.
struct memsh_rows {
  enum memsh_likeness likeness;
  const void *data;
  /// Words or bytes of a row; for lists 0.
  size_t width;
  /// Where each list begins, and where the last ends.
  const uint32_t *starts;
  uint32_t limit;
  double share;
  /// Rows of different groups are not alike.
  const uint32_t *groups;
};

/// Sorts entries (a key in the higher half, a row in the lower one) by their upper `bits` bits, from 1 to 32; equal ones stay
/// in order. `scratch` has room for as many.
void memsh_sort(uint64_t *entries, uint64_t *scratch, size_t count, unsigned bits);

/// The largest window, up to `maximum`, for which memsh_meet compares at most `budget` pairs; 1 at least.
///
/// - bucket_bits: Entries meet that have so many upper bits in common.
size_t memsh_window(const uint64_t *entries, size_t count, unsigned bucket_bits, size_t maximum, uint64_t budget);

/// Compares sorted entries with the `window` ones behind them that are in the same bucket.
///
/// - start, end: The entries that are compared with those behind them.
/// - pairs: Room for `capacity` pairs of rows, more than `window`; the smaller row of each comes first.
/// - found: How many pairs are alike.
/// - compared: Grows by the pairs that were compared.
/// Returns where to go on: `end`, or less when `pairs` is full.
size_t memsh_meet(
    const uint64_t *entries, size_t count, size_t start, size_t end, unsigned bucket_bits, size_t window,
    const struct memsh_rows *rows, uint64_t *pairs, size_t capacity, size_t *found, uint64_t *compared);
