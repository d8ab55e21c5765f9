// Zigzag differences of a signed sequence as variable-length bytes of seven bits each; returns the bytes
// used.
#include <stddef.h>
#include <stdint.h>

size_t varint_encode(size_t n, const int32_t *values, uint8_t *out) {
  size_t o = 0;
  uint32_t last = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t now = (uint32_t)values[i];
    uint32_t delta = now - last;
    uint32_t z = (delta << 1) ^ (0u - (delta >> 31));
    while (z >= 128) {
      out[o++] = (uint8_t)(z | 128);
      z >>= 7;
    }
    out[o++] = (uint8_t)z;
    last = now;
  }
  return o;
}
