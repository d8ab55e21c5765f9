// Converts packed 8-bit RGB pixels to three planes: luma and two colour differences, in 16-bit fixed point.
#include <stdint.h>

typedef struct {
  uint8_t r, g, b;
} rgb_t;

static uint8_t clip(int v) { return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v); }

void rgb_to_ycc(int n, const rgb_t *pixel, uint8_t *y, uint8_t *cb, uint8_t *cr) {
  for (int i = 0; i < n; i++) {
    int r = pixel[i].r, g = pixel[i].g, b = pixel[i].b;
    y[i] = clip((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
    cb[i] = clip(((-11059 * r - 21709 * g + 32768 * b + 32768) >> 16) + 128);
    cr[i] = clip(((32768 * r - 27439 * g - 5329 * b + 32768) >> 16) + 128);
  }
}
