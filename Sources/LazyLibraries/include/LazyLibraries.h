#pragma once

/// Why libpq cannot be called, loading it first; NULL when it can.
const char *memsh_libpq_refusal(void);

/// Why libcurl cannot be called, loading it first; NULL when it can.
const char *memsh_libcurl_refusal(void);
