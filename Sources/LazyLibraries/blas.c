// A BLAS, loaded when the first large matrix product comes: OpenBLAS, or what Apple's systems bring along. Unlike the
// other libraries it may be missing: then the products are done without it.
#include "include/LazyLibraries.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void (*single_product)(
    int order, int transpose_left, int transpose_right, int rows, int columns, int inner, float factor,
    const float *left, int left_stride, const float *right, int right_stride, float keep, float *output,
    int output_stride);

static single_product product;
static char refusal[512];
static pthread_once_t once = PTHREAD_ONCE_INIT;

#ifdef __APPLE__
static const char *const libraries[] = {"/System/Library/Frameworks/Accelerate.framework/Accelerate"};
static void *open_library(const char *name) { return dlopen(name, RTLD_NOW | RTLD_LOCAL); }
#else
// The last is what a distribution's alternatives chose: only an OpenBLAS there is quicker than memsh's own products.
static const char *const libraries[] = {"libopenblas.so.0", "libopenblasp.so.0", "libblas.so.3"};

/// Opens a library with settings for OpenBLAS in the environment, which the user's own come before.
///
/// One thread, because memsh runs products on threads of its own; and the widest vectors that the processor has, because
/// a version older than the processor takes it for a very old one. OpenBLAS reads them while it is loaded, and only
/// then: the environment gets an array of its own for that time, so that no other thread's reading is disturbed.
static void *open_library(const char *name) {
  extern char **environ;
  char **usual = environ;
  size_t count = 0;
  while (usual != NULL && usual[count] != NULL) count++;
  char **extended = malloc((count + 3) * sizeof *extended);
  if (extended == NULL) return NULL;
  if (count > 0) memcpy(extended, usual, count * sizeof *extended);
  extended[count++] = "OPENBLAS_NUM_THREADS=1";
#ifdef __x86_64__
  if (getenv("OPENBLAS_CORETYPE") == NULL) {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw")) {
      extended[count++] = "OPENBLAS_CORETYPE=SkylakeX";
    } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
      extended[count++] = "OPENBLAS_CORETYPE=Haswell";
    }
  }
#endif
  extended[count] = NULL;
  environ = extended;
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  environ = usual;
  // Another thread may be reading it still: it stays.
  if (library == NULL) return NULL;
  void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  if (set_threads == NULL) return NULL;
  set_threads(1);
  return library;
}
#endif

static void load_library(void) {
  for (size_t index = 0; index < sizeof libraries / sizeof *libraries && product == NULL; index++) {
    void *library = open_library(libraries[index]);
    if (library != NULL) product = (single_product)dlsym(library, "cblas_sgemm");
  }
  if (product == NULL) snprintf(refusal, sizeof refusal, "%s cannot be loaded", libraries[0]);
}

const char *memsh_blas_refusal(void) {
  pthread_once(&once, load_library);
  return product == NULL ? refusal : NULL;
}

void memsh_blas_add_product(
    int rows, int outputs, int inputs, const float *input, const float *weights, float *output) {
  enum { row_major = 101, as_it_is = 111, transposed = 112 };
  if (memsh_blas_refusal() != NULL) abort();
  product(
      row_major, as_it_is, transposed, rows, outputs, inputs, 1, input, inputs, weights, inputs, 1, output, outputs);
}
