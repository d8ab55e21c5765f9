// 3 x 3 sharpening of an 8-bit image with saturation; the border is copied.
#include <stdint.h>

#define W 640
#define H 480

void sharpen_bytes(const uint8_t in[H][W], uint8_t out[H][W]) {
  for (int y = 0; y < H; y++) {
    for (int x = 0; x < W; x++) {
      if (y == 0 || y == H - 1 || x == 0 || x == W - 1) {
        out[y][x] = in[y][x];
        continue;
      }
      int v = 5 * in[y][x] - in[y - 1][x] - in[y + 1][x] - in[y][x - 1] - in[y][x + 1];
      if (v < 0)
        v = 0;
      if (v > 255)
        v = 255;
      out[y][x] = (uint8_t)v;
    }
  }
}
