#pragma once

/// Why libpq cannot be called, loading it first; NULL when it can.
const char *memsh_libpq_refusal(void);

/// Whether libpq sends several statements at a time, as it does from version 14 on.
int memsh_libpq_pipelines(void);

/// Why libcurl cannot be called, loading it first; NULL when it can.
const char *memsh_libcurl_refusal(void);

/// Why libedit cannot be called, loading it first; NULL when it can.
const char *memsh_libedit_refusal(void);

/// Why no BLAS can be called, loading one first; NULL when one can.
const char *memsh_blas_refusal(void);

/// Adds `input` (rows × inputs) times the transpose of `weights` (outputs × inputs) to `output` (rows × outputs). Only
/// where memsh_blas_refusal gave NULL.
void memsh_blas_add_product(
    int rows, int outputs, int inputs, const float *input, const float *weights, float *output);
