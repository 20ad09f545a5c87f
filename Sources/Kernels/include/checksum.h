#pragma once
#include <stddef.h>
#include <stdint.h>

/// The CRC-32C (Castagnoli; RFC 3720, 12.1) of a vector in pgvector's binary form: the number of components in 16 bits, 16
/// zero bits, and the components, all big-endian. PostgreSQL's crc32c(vector_send(…)) gives the same.
uint32_t memsh_vector_checksum(const float *values, size_t count);

/// The same, without the instruction that processors have for it.
uint32_t memsh_portable_vector_checksum(const float *values, size_t count);
