// The digits of floats.
#include "digits.h"

#include <string.h>

/// 10^0 to 10^11, each as the 32 bits that it begins with; the others are 0.
static const uint32_t powers_of_ten[] = {
    0x80000000, 0xA0000000, 0xC8000000, 0xFA000000, 0x9C400000, 0xC3500000,
    0xF4240000, 0x98968000, 0xBEBC2000, 0xEE6B2800, 0x9502F900, 0xBA43B740,
};

#define KERNELS "digits.inc"
#include "each-processor.h"

void memsh_shortest_decimals(const float *values, size_t count, struct memsh_decimal *decimals) {
  BEST(shortest_decimals, (values, count, decimals));
}
