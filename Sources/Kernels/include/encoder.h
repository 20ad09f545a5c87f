#pragma once
#include <stddef.h>

/// The functions between the two products of a feed-forward layer.
enum memsh_activation {
  /// x · Φ(x), by the error function.
  memsh_gelu = 0,
  /// The same, approximated by the hyperbolic tangent.
  memsh_gelu_tanh = 1,
  memsh_relu = 2,
};

/// Adds `input` (rows × inputs) times the transpose of `weights` (outputs × inputs) to `output` (rows × outputs).
void memsh_add_product(
    size_t rows, size_t outputs, size_t inputs, const float *input, const float *weights, float *output);

/// Self-attention of one text in one layer, for all heads.
///
/// - queries, keys, values: the first row of each; rows follow each other at `stride` numbers, of which heads × size count.
/// - output: rows of heads × size numbers.
/// - scratch: memsh_attention_scratch(length, size) numbers.
void memsh_attention(
    size_t length, size_t heads, size_t size, const float *queries, const float *keys, const float *values,
    size_t stride, float *output, float *scratch);

/// How many numbers memsh_attention needs beside its result.
size_t memsh_attention_scratch(size_t length, size_t size);

/// Applies a function to numbers in place.
void memsh_activate(enum memsh_activation activation, float *values, size_t count);

/// Adds `residual` to `values` (both rows × width), then normalises each row: mean 0, variance 1, times `scale`, plus
/// `shift`. `residual` may be NULL.
void memsh_add_and_normalize(
    size_t rows, size_t width, float *values, const float *residual, const float *scale, const float *shift,
    float epsilon);
