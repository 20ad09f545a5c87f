// The arithmetic of an encoder that no BLAS does, and matrix products for where there is none.
#include "encoder.h"

#include <math.h>
#include <string.h>

// A product and a sum in one step, where the processor can.
#pragma clang fp contract(fast)

/// The widest vector.
#define WIDTH_MAXIMUM 16

#define KERNELS "encoder.inc"
#include "each-processor.h"

void memsh_add_product(
    size_t rows, size_t outputs, size_t inputs, const float *input, const float *weights, float *output) {
  BEST(add_product, (rows, outputs, inputs, input, weights, output));
}

void memsh_attention(
    size_t length, size_t heads, size_t size, const float *queries, const float *keys, const float *values,
    size_t stride, float *output, float *scratch) {
  BEST(attention, (length, heads, size, queries, keys, values, stride, output, scratch));
}

size_t memsh_attention_scratch(size_t length, size_t size) {
  return (length + WIDTH_MAXIMUM) * (length + size);
}

void memsh_activate(enum memsh_activation activation, float *values, size_t count) {
  BEST(activate, (activation, values, count));
}

void memsh_add_and_normalize(
    size_t rows, size_t width, float *values, const float *residual, const float *scale, const float *shift,
    float epsilon) {
  BEST(add_and_normalize, (rows, width, values, residual, scale, shift, epsilon));
}
