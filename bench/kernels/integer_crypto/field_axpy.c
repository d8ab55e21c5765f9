// y += c * x over the field of 256 elements (polynomial 0x11B), by eight shift-and-add steps, for several
// rows.
#include <stdint.h>

static uint8_t times(uint8_t a, uint8_t b) {
  uint8_t product = 0;
  for (int i = 0; i < 8; i++) {
    if (b & 1)
      product ^= a;
    a = (uint8_t)((a << 1) ^ ((a & 0x80) ? 0x1b : 0));
    b >>= 1;
  }
  return product;
}

void field_axpy(int rows, int n, const uint8_t *c, const uint8_t *x, uint8_t *y) {
  for (int i = 0; i < n; i++)
    for (int r = 0; r < rows; r++)
      y[r * n + i] ^= times(x[i], c[r]);
}
