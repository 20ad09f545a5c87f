// libcurl is loaded when it is first called, not when memsh starts: it brings some thirty libraries of its own, which
// no command on a SQLite store needs. The functions here stand in for the library's own, of the same names and types,
// and call them. Apple's linker loads it as usual.
#ifndef __APPLE__
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdarg.h>
// Its macros would check the types of what is forwarded here.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo

_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *), "a word holds each argument");

static void *library;

static void load(void) {
  library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library != NULL) return;
  fprintf(stderr, "memsh: error: %s\nhint: install the package libcurl4\n", dlerror());
  exit(1);
}

/// The library's own function.
static void *function_named(const char *name) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  void *function = dlsym(library, name);
  if (function != NULL) return function;
  fprintf(stderr, "memsh: error: %s\nhint: libcurl.so.4 is older than memsh needs\n", dlerror());
  exit(1);
}

/// Defines a function that calls the library's function of its name.
#define FORWARD(result, name, parameters, arguments) \
  __attribute__((visibility("hidden"))) result name parameters { \
    static _Atomic(void *) known; \
    void *function = atomic_load_explicit(&known, memory_order_acquire); \
    if (function == NULL) { \
      function = function_named(#name); \
      atomic_store_explicit(&known, function, memory_order_release); \
    } \
    return ((result(*) parameters)function)arguments; \
  }

FORWARD(void, curl_easy_cleanup, (CURL *curl), (curl))
FORWARD(CURL *, curl_easy_init, (void), ())
FORWARD(const char *, curl_easy_strerror, (CURLcode code), (code))
FORWARD(CURLcode, curl_global_init, (long flags), (flags))
FORWARD(CURLMcode, curl_multi_add_handle, (CURLM *multi_handle, CURL *curl_handle), (multi_handle, curl_handle))
FORWARD(CURLMcode, curl_multi_cleanup, (CURLM *multi_handle), (multi_handle))
FORWARD(CURLMsg *, curl_multi_info_read, (CURLM *multi_handle, int *msgs_in_queue), (multi_handle, msgs_in_queue))
FORWARD(CURLM *, curl_multi_init, (void), ())
FORWARD(CURLMcode, curl_multi_perform, (CURLM *multi_handle, int *running_handles), (multi_handle, running_handles))
FORWARD(
    CURLMcode, curl_multi_poll,
    (CURLM *multi_handle, struct curl_waitfd extra_fds[], unsigned int extra_nfds, int timeout_ms, int *ret),
    (multi_handle, extra_fds, extra_nfds, timeout_ms, ret))
FORWARD(CURLMcode, curl_multi_remove_handle, (CURLM *multi_handle, CURL *curl_handle), (multi_handle, curl_handle))
FORWARD(struct curl_slist *, curl_slist_append, (struct curl_slist *list, const char *data), (list, data))
FORWARD(void, curl_slist_free_all, (struct curl_slist *list), (list))
/// The variadic ones: every argument that memsh passes is a long, a pointer or a curl_off_t, all of them one word.
__attribute__((visibility("hidden"))) CURLcode curl_easy_setopt(CURL *curl, CURLoption option, ...) {
  va_list arguments;
  va_start(arguments, option);
  void *value = va_arg(arguments, void *);
  va_end(arguments);
  return ((CURLcode(*)(CURL *, CURLoption, ...))function_named("curl_easy_setopt"))(curl, option, value);
}

__attribute__((visibility("hidden"))) CURLcode curl_easy_getinfo(CURL *curl, CURLINFO info, ...) {
  va_list arguments;
  va_start(arguments, info);
  void *value = va_arg(arguments, void *);
  va_end(arguments);
  return ((CURLcode(*)(CURL *, CURLINFO, ...))function_named("curl_easy_getinfo"))(curl, info, value);
}
#endif
