// A library that is loaded when it is first called, not when memsh starts: libpq and libcurl bring some forty others,
// which no command on a SQLite store needs, and libedit three, which only a prompt needs. The functions of a file that
// includes this one stand in for the library's own, of the same names and types, and call them. Apple's linker loads
// libraries as usual.
//
// Before it, a file defines LIBRARIES, the names that the library may have, NEWEST, the youngest of the functions, and
// REFUSAL, the function that tells whether the library can be called. Nothing of it may be called before.
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
  static const char *const names[] = {LIBRARIES};
  for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
    // Lazily, as programs that are linked with it bind what it brings.
    library = dlopen(names[index], RTLD_LAZY | RTLD_LOCAL);
    if (library != NULL && dlsym(library, NEWEST) != NULL) {
      refusal[0] = 0;
      return;
    }
    // The first name is that of the library that the hint tells to install.
    const char *reason = dlerror();
    if (index == 0) snprintf(refusal, sizeof refusal, "%s", reason != NULL ? reason : names[index]);
  }
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

/// The same for a function that takes more arguments behind the `last` that has a name: `count` are read, at most four,
/// and passed on, whether or not they were given. Each is an int, a long, a pointer or an off_t: nothing larger than a
/// word.
#define FORWARD_WORDS(result, name, parameters, arguments, last, count) \
  __attribute__((visibility("hidden"))) result name parameters { \
    static _Atomic(void *) known; \
    void *words[4] = {NULL}; \
    va_list list; \
    va_start(list, last); \
    for (int index = 0; index < (count); index++) words[index] = va_arg(list, void *); \
    va_end(list); \
    return ((result(*) parameters)function_named(#name, &known))arguments; \
  }
#define WORDS words[0], words[1], words[2], words[3]
