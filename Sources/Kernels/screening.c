// What finding duplicates spends its time on.
#include "screening.h"

#include <string.h>

/// A 64-bit product folded to 32 bits, with the constants of Mixer.
static inline uint32_t mixed_shingle(uint64_t shingle) {
  unsigned __int128 product =
      (unsigned __int128)((shingle + 0x9E3779B97F4A7C15u) ^ 0xE7037ED1A0B428DBu) * 0xA0761D6478BD642Fu;
  return (uint32_t)(((uint64_t)(product >> 64) ^ (uint64_t)product) >> 32);
}

#define KERNELS "screening.inc"
#include "each-processor.h"

void memsh_minhash(
    const uint8_t *text, size_t length, const uint32_t *factors, const uint32_t *addends, uint8_t *bytes) {
  BEST(minhash, (text, length, factors, addends, bytes));
}

void memsh_angular_sketch(
    float *values, size_t size, const float *signs, size_t rounds, uint64_t *sketch, size_t bits) {
  BEST(angular_sketch, (values, size, signs, rounds, sketch, bits));
}

size_t memsh_meet(
    const uint64_t *entries, size_t count, size_t start, size_t end, unsigned bucket_bits, size_t window,
    const struct memsh_rows *rows, uint64_t *pairs, size_t capacity, size_t *found, uint64_t *compared) {
  return BEST(
      meet, (entries, count, start, end, bucket_bits, window, rows, pairs, capacity, found, compared));
}

void memsh_sort(uint64_t *entries, uint64_t *scratch, size_t count, unsigned bits) {
  uint64_t *from = entries, *to = scratch;
  for (unsigned done = 0; done < bits;) {
    unsigned digit = bits - done < 11 ? bits - done : 11;
    unsigned shift = 64 - bits + done;
    size_t places[1 << 11] = {0};
    uint64_t mask = ((uint64_t)1 << digit) - 1;
    for (size_t index = 0; index < count; index++) places[from[index] >> shift & mask]++;
    size_t next = 0;
    for (size_t value = 0; value <= mask; value++) {
      size_t these = places[value];
      places[value] = next;
      next += these;
    }
    for (size_t index = 0; index < count; index++) to[places[from[index] >> shift & mask]++] = from[index];
    uint64_t *swapped = from;
    from = to;
    to = swapped;
    done += digit;
  }
  if (from != entries) memcpy(entries, from, count * sizeof *entries);
}

#define WINDOW_MAXIMUM 1024

size_t memsh_window(const uint64_t *entries, size_t count, unsigned bucket_bits, size_t maximum, uint64_t budget) {
  // How many entries have so many behind them in their bucket.
  uint64_t behind[WINDOW_MAXIMUM + 1] = {0};
  if (maximum > WINDOW_MAXIMUM) maximum = WINDOW_MAXIMUM;
  unsigned shift = 64 - bucket_bits;
  size_t start = 0;
  while (start < count) {
    size_t end = start + 1;
    while (end < count && (entries[end] ^ entries[start]) >> shift == 0) end++;
    size_t size = end - start;
    for (size_t number = 0; number < size && number < maximum; number++) behind[number]++;
    if (size > maximum) behind[maximum] += size - maximum;
    start = end;
  }
  // With one more in the window, every entry that has so many behind it is compared once more.
  uint64_t entries_left = 0, pairs = 0;
  for (size_t number = 1; number <= maximum; number++) entries_left += behind[number];
  size_t window = 0;
  while (window < maximum && entries_left > 0 && pairs + entries_left <= budget) {
    pairs += entries_left;
    window++;
    entries_left -= behind[window];
  }
  // All pairs are compared, or as many as may be.
  return entries_left == 0 ? maximum : window > 0 ? window : 1;
}
