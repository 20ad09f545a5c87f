#pragma once
#include <stddef.h>
#include <stdint.h>

/// A decimal number without a sign: nine digits, times ten to the power of `power`.
struct memsh_decimal {
  /// The last eight digits in ASCII, the first one in the lowest byte.
  uint64_t tail;
  /// The digit in front of them; 0 where there are fewer.
  uint32_t head;
  int32_t power;
};

/// Finds the shortest decimal numbers that read back as the same floats.
///
/// - values: from 2^-13 to below 2^24, their signs are ignored; of others the results have no meaning.
/// - decimals: room for `count` results.
void memsh_shortest_decimals(const float *values, size_t count, struct memsh_decimal *decimals);
