// 64-bit multiply-xor hash of fixed-width keys and a count of the keys that fall into each of 1024 buckets.
#include <stdint.h>

#define KEY 24
#define BUCKETS 1024

void hash_keys(long keys, const uint8_t *bytes, uint64_t *hash, uint32_t *bucket) {
  for (int b = 0; b < BUCKETS; b++)
    bucket[b] = 0;
  for (long k = 0; k < keys; k++) {
    uint64_t h = 14695981039346656037ull;
    for (int i = 0; i < KEY; i++) {
      h ^= bytes[k * KEY + i];
      h *= 1099511628211ull;
    }
    hash[k] = h;
    bucket[(h ^ (h >> 32)) % BUCKETS]++;
  }
}
