// Compiles the file KERNELS once for each kind of processor that memsh knows, and calls what fits the one that it runs on.
//
// In that file NAMED(x) makes the functions' names differ, and WIDTH is how many floats a vector has. It is C because the
// processor is asked when memsh runs which instructions it has, which Swift does not offer. Whole numbers come out the same
// on all kinds.

#define WIDTH 4
#define NAMED(name) name##_portable
#include KERNELS
#undef WIDTH
#undef NAMED

#ifdef __x86_64__
#pragma clang attribute push(__attribute__((target("avx2,fma,popcnt,bmi2"))), apply_to = function)
#define WIDTH 8
#define NAMED(name) name##_avx2
#include KERNELS
#undef WIDTH
#undef NAMED
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx512vnni,avx512vpopcntdq,fma,popcnt,bmi2"))), \
    apply_to = function)
#define WIDTH 16
#define NAMED(name) name##_avx512
#include KERNELS
#undef WIDTH
#undef NAMED
#pragma clang attribute pop

#define HAS(feature) __builtin_cpu_supports(feature)
#define HAS_AVX2 (HAS("avx2") && HAS("fma") && HAS("popcnt") && HAS("bmi2"))
#define HAS_AVX512 \
  (HAS_AVX2 && HAS("avx512f") && HAS("avx512vl") && HAS("avx512dq") && HAS("avx512bw") && HAS("avx512vnni") \
   && HAS("avx512vpopcntdq"))

/// Calls the function for the best instructions that this processor has.
#define BEST(name, arguments) \
  (HAS_AVX512 ? name##_avx512 arguments : HAS_AVX2 ? name##_avx2 arguments : name##_portable arguments)
#else
#define BEST(name, arguments) name##_portable arguments
#endif
