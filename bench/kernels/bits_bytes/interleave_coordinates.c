// Z-order keys: the bits of two 16-bit coordinates, taken in turn.
#include <stdint.h>

struct cell {
  uint16_t x, y;
};

void interleave_coordinates(int n, const struct cell *cells, uint32_t *key) {
  for (int i = 0; i < n; i++) {
    key[i] = 0;
    for (int b = 0; b < 16; b++) {
      key[i] |= (uint32_t)((cells[i].x >> b) & 1) << (2 * b);
      key[i] |= (uint32_t)((cells[i].y >> b) & 1) << (2 * b + 1);
    }
  }
}
