// Draws 32-bit RGBA pixels over others in place; fully clear and fully opaque pixels take a short way.
#include <stdint.h>

static uint32_t scale(uint32_t value, uint32_t alpha) {
  uint32_t t = value * alpha + 128;
  return (t + (t >> 8)) >> 8;
}

void alpha_blend(long n, const uint32_t *over, uint32_t *under) {
  for (long i = 0; i < n; i++) {
    uint32_t a = over[i] >> 24;
    if (a == 0)
      continue;
    if (a == 255) {
      under[i] = over[i];
      continue;
    }
    uint32_t result = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      uint32_t s = (over[i] >> shift) & 255, d = (under[i] >> shift) & 255;
      uint32_t c = scale(s, a) + scale(d, 255 - a);
      result |= (c > 255 ? 255 : c) << shift;
    }
    under[i] = result;
  }
}
