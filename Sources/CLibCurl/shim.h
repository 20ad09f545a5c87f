#pragma once
#include <curl/curl.h>

// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic, which Swift cannot call. One shim for
// each type of argument that memsh passes.

/// Sets an option that takes a long.
static inline CURLcode memsh_curl_setopt_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

/// Sets an option that takes a C string, which libcurl copies.
static inline CURLcode memsh_curl_setopt_string(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

/// Sets an option that takes an object pointer (client data, header list), which must outlive the transfer.
static inline CURLcode memsh_curl_setopt_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}

/// Sets an option that takes a curl_off_t (large sizes).
static inline CURLcode memsh_curl_setopt_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

typedef size_t (*memsh_curl_data_callback)(char *data, size_t size, size_t count, void *context);

/// Sets the function that receives the body or a header line.
static inline CURLcode memsh_curl_setopt_callback(
    CURL *handle, CURLoption option, memsh_curl_data_callback callback) {
  return curl_easy_setopt(handle, option, callback);
}

/// Reads a long, such as the response code.
static inline CURLcode memsh_curl_getinfo_long(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}

/// Reads the client data of a handle.
static inline CURLcode memsh_curl_getinfo_pointer(CURL *handle, CURLINFO info, void **value) {
  return curl_easy_getinfo(handle, info, value);
}
