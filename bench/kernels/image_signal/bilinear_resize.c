// Scales an 8-bit image to another size by bilinear interpolation in 16.16 fixed point.
#include <stdint.h>

void bilinear_resize(int sw, int sh, const uint8_t *src, int dw, int dh, uint8_t *dst) {
  int64_t step_x = ((int64_t)(sw - 1) << 16) / dw, step_y = ((int64_t)(sh - 1) << 16) / dh;
  for (int y = 0; y < dh; y++) {
    int64_t fy = y * step_y;
    int y0 = (int)(fy >> 16);
    int y1 = y0 + 1 < sh ? y0 + 1 : y0;
    int wy = (int)(fy & 0xffff) >> 8;
    for (int x = 0; x < dw; x++) {
      int64_t fx = x * step_x;
      int x0 = (int)(fx >> 16);
      int x1 = x0 + 1 < sw ? x0 + 1 : x0;
      int wx = (int)(fx & 0xffff) >> 8;
      int top = src[y0 * sw + x0] * (256 - wx) + src[y0 * sw + x1] * wx;
      int low = src[y1 * sw + x0] * (256 - wx) + src[y1 * sw + x1] * wx;
      dst[y * dw + x] = (uint8_t)((top * (256 - wy) + low * wy + 32768) >> 16);
    }
  }
}
