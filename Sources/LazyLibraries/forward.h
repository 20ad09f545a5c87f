// A library that is loaded when it is first called, not when memsh starts: libpq and libcurl bring some forty others,
// which no command on a SQLite store needs. The functions of a file that includes this one stand in for the library's
// own, of the same names and types, and call them. Apple's linker loads libraries as usual.
//
// Before it, a file defines LIBRARY, the file to load, and PACKAGE, what to install when it is missing.
#pragma once
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static void *library;

static void load_library(void) {
  library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (library != NULL) return;
  fprintf(stderr, "memsh: error: %s\nhint: install the package " PACKAGE "\n", dlerror());
  exit(1);
}

/// The library's own function, which is looked up once.
static void *function_named(const char *name, _Atomic(void *) *known) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  void *function = atomic_load_explicit(known, memory_order_acquire);
  if (function != NULL) return function;
  pthread_once(&once, load_library);
  function = dlsym(library, name);
  if (function == NULL) {
    fprintf(stderr, "memsh: error: %s\nhint: " LIBRARY " is older than memsh needs\n", dlerror());
    exit(1);
  }
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
