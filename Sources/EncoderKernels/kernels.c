// The arithmetic of an encoder that no BLAS does, and matrix products for where there is none. It is C because the
// processor is asked when memsh runs how wide its vectors are, which Swift does not offer.
#include "EncoderKernels.h"

#include <math.h>
#include <string.h>

// A product and a sum in one step, where the processor can.
#pragma clang fp contract(fast)

/// The widest vector.
#define WIDTH_MAXIMUM 16

#define WIDTH 4
#define NAMED(name) name##_4
#include "kernels.inc"
#undef WIDTH
#undef NAMED

#ifdef __x86_64__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define WIDTH 8
#define NAMED(name) name##_8
#include "kernels.inc"
#undef WIDTH
#undef NAMED
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)
#define WIDTH 16
#define NAMED(name) name##_16
#include "kernels.inc"
#undef WIDTH
#undef NAMED
#pragma clang attribute pop

/// Calls the function for the widest vectors that this processor has.
#define WIDEST(name, arguments) \
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") \
      && __builtin_cpu_supports("avx512bw")) { \
    name##_16 arguments; \
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { \
    name##_8 arguments; \
  } else { \
    name##_4 arguments; \
  }
#else
#define WIDEST(name, arguments) name##_4 arguments;
#endif

void memsh_add_product(
    size_t rows, size_t outputs, size_t inputs, const float *input, const float *weights, float *output) {
  WIDEST(add_product, (rows, outputs, inputs, input, weights, output))
}

void memsh_attention(
    size_t length, size_t heads, size_t size, const float *queries, const float *keys, const float *values,
    size_t stride, float *output, float *scratch) {
  WIDEST(attention, (length, heads, size, queries, keys, values, stride, output, scratch))
}

size_t memsh_attention_scratch(size_t length, size_t size) {
  return (length + WIDTH_MAXIMUM) * (length + size);
}

void memsh_activate(enum memsh_activation activation, float *values, size_t count) {
  WIDEST(activate, (activation, values, count))
}

void memsh_add_and_normalize(
    size_t rows, size_t width, float *values, const float *residual, const float *scale, const float *shift,
    float epsilon) {
  WIDEST(add_and_normalize, (rows, width, values, residual, scale, shift, epsilon))
}
