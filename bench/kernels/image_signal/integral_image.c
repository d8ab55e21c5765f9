// Summed-area tables of an 8-bit image: sums of values and of squares over all rectangles from the origin.
#include <stdint.h>

void integral_image(int w, int h, const uint8_t *image, uint32_t *sum, uint64_t *square) {
  for (int x = 0; x <= w; x++) {
    sum[x] = 0;
    square[x] = 0;
  }
  for (int y = 1; y <= h; y++) {
    uint32_t row = 0;
    uint64_t row2 = 0;
    sum[y * (w + 1)] = 0;
    square[y * (w + 1)] = 0;
    for (int x = 1; x <= w; x++) {
      uint32_t v = image[(y - 1) * w + x - 1];
      row += v;
      row2 += v * v;
      sum[y * (w + 1) + x] = sum[(y - 1) * (w + 1) + x] + row;
      square[y * (w + 1) + x] = square[(y - 1) * (w + 1) + x] + row2;
    }
  }
}
