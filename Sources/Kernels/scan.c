// What comparing a query with many quantised vectors spends its time on.
#include "scan.h"

#include <string.h>

#define KERNELS "scan.inc"
#include "each-processor.h"

void memsh_scan_codes(
    const int8_t *codes, size_t stride, const int16_t *query, const size_t *positions, size_t first, size_t count,
    int32_t *products, uint64_t *sums) {
  BEST(scan_codes, (codes, stride, query, positions, first, count, products, sums));
}

void memsh_scan_signs(
    const uint64_t *signs, size_t words, const uint64_t *query, const size_t *positions, size_t first, size_t count,
    int32_t *differences, uint64_t *sums) {
  BEST(scan_signs, (signs, words, query, positions, first, count, differences, sums));
}
