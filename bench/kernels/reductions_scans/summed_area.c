/* Summed-area table of an image: running sums along rows, then along columns. */
#include <stdint.h>

void summed_area(int h, int w, const uint8_t *restrict image, uint32_t *restrict table) {
  for (int y = 0; y < h; y++) {
    uint32_t run = 0;
    for (int x = 0; x < w; x++) {
      run += image[y * w + x];
      table[y * w + x] = run;
    }
  }
  for (int x = 0; x < w; x++)
    for (int y = 1; y < h; y++)
      table[y * w + x] += table[(y - 1) * w + x];
}
