// A library that is loaded when it is first called, not when memsh starts: libpq and libcurl bring some forty others,
// which no command on a SQLite store needs. The functions of a file that includes this one stand in for the library's
// own, of the same names and types, and call them. Apple's linker loads libraries as usual.
//
// Before it, a file defines LIBRARY, the file to load, NEWEST, the youngest of the functions, and REFUSAL, the function
// that tells whether the library can be called. Nothing of it may be called before.
#pragma once
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "include/LazyLibraries.h"

static void *library;
static char refusal[512];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load_library(void) {
  // Lazily, as programs that are linked with it bind what it brings.
  library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
  if (library != NULL && dlsym(library, NEWEST) != NULL) return;
  const char *reason = dlerror();
  snprintf(refusal, sizeof refusal, "%s", reason != NULL ? reason : LIBRARY " cannot be loaded");
}

const char *REFUSAL(void) {
  pthread_once(&once, load_library);
  return refusal[0] != 0 ? refusal : NULL;
}

/// The library's own function, which is looked up once.
static void *function_named(const char *name, _Atomic(void *) *known) {
  void *function = atomic_load_explicit(known, memory_order_acquire);
  if (function != NULL) return function;
  pthread_once(&once, load_library);
  function = library != NULL ? dlsym(library, name) : NULL;
  // Only where REFUSAL was not asked.
  if (function == NULL) abort();
  atomic_store_explicit(known, function, memory_order_release);
  return function;
}

/// Defines a function that calls the library's function of its name.
#define FORWARD(result, name, parameters, arguments) \
  __attribute__((visibility("hidden"))) result name parameters { \
    static _Atomic(void *) known; \
    return ((result(*) parameters)function_named(#name, &known))arguments; \
  }

/// The same for a function whose third argument may be a long, a pointer or an off_t, all of them one word.
#define FORWARD_WORD(result, name, first, second) \
  __attribute__((visibility("hidden"))) result name(first one, second two, ...) { \
    static _Atomic(void *) known; \
    va_list arguments; \
    va_start(arguments, two); \
    void *word = va_arg(arguments, void *); \
    va_end(arguments); \
    return ((result(*)(first, second, ...))function_named(#name, &known))(one, two, word); \
  }
