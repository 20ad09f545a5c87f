#include "include/checksum.h"

#include <pthread.h>
#include <string.h>

#ifdef __aarch64__
#include <arm_acle.h>
#ifdef __linux__
#include <sys/auxv.h>
#endif
#endif

/// The polynomial, its lowest power in the highest bit.
#define POLYNOMIAL 0x82F63B78u

/// What a vector begins with, as its bytes lie in a word of this machine.
static uint32_t header(size_t count) { return (uint32_t)((count >> 8 & 0xFF) | (count & 0xFF) << 8); }

static uint32_t component(const float *value) {
  uint32_t word;
  memcpy(&word, value, sizeof word);
  return __builtin_bswap32(word);
}

/// Two components, the first one in the lower half.
static uint64_t pair(const float *values) {
  uint64_t words;
  memcpy(&words, values, sizeof words);
  words = __builtin_bswap64(words);
  return words << 32 | words >> 32;
}

/// Defines a function that feeds a vector to instructions for words of 32 and of 64 bits.
#define FED_TO(name, attributes, word32, word64) \
  attributes uint32_t name(const float *values, size_t count) { \
    uint32_t sum = (uint32_t)word32(UINT32_MAX, header(count)); \
    size_t index = 0; \
    for (; index + 2 <= count; index += 2) sum = (uint32_t)word64(sum, pair(values + index)); \
    if (index < count) sum = (uint32_t)word32(sum, component(values + index)); \
    return ~sum; \
  }

static uint32_t table[256];

static void fill_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t sum = byte;
    for (int bit = 0; bit < 8; bit++) sum = sum >> 1 ^ (sum & 1 ? POLYNOMIAL : 0);
    table[byte] = sum;
  }
}

static uint32_t by_table(uint32_t sum, uint64_t word, int bytes) {
  for (int index = 0; index < bytes; index++) sum = sum >> 8 ^ table[(sum ^ word >> 8 * index) & 0xFF];
  return sum;
}

static uint32_t by_table32(uint32_t sum, uint32_t word) { return by_table(sum, word, 4); }
static uint32_t by_table64(uint32_t sum, uint64_t word) { return by_table(sum, word, 8); }
FED_TO(checksum_by_table, static, by_table32, by_table64)

uint32_t memsh_portable_vector_checksum(const float *values, size_t count) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, fill_table);
  return checksum_by_table(values, count);
}

#if defined(__x86_64__)
FED_TO(
    checksum_by_instruction, __attribute__((target("sse4.2"))) static, __builtin_ia32_crc32si, __builtin_ia32_crc32di)
#define HAS_INSTRUCTION __builtin_cpu_supports("sse4.2")
#elif defined(__aarch64__)
FED_TO(checksum_by_instruction, __attribute__((target("crc"))) static, __crc32cw, __crc32cd)
#ifdef __linux__
// HWCAP_CRC32 of the kernel's asm/hwcap.h.
#define HAS_INSTRUCTION (getauxval(AT_HWCAP) & 1 << 7)
#else
#define HAS_INSTRUCTION 1
#endif
#else
#define checksum_by_instruction memsh_portable_vector_checksum
#define HAS_INSTRUCTION 0
#endif

uint32_t memsh_vector_checksum(const float *values, size_t count) {
  return HAS_INSTRUCTION ? checksum_by_instruction(values, count) : memsh_portable_vector_checksum(values, count);
}
