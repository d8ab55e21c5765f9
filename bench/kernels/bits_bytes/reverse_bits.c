// Reverses the bits of every 32-bit word, moving one bit per step.
#include <stdint.h>

void reverse_bits(int n, const uint32_t *in, uint32_t *out) {
  for (int i = 0; i < n; i++) {
    uint32_t v = in[i], r = 0;
    for (int b = 0; b < 32; b++) {
      r = (r << 1) | (v & 1);
      v >>= 1;
    }
    out[i] = r;
  }
}
