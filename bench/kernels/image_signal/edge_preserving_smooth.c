// Integer edge-preserving smoothing: 5 x 5 neighbours weighted by nearness and by a table over intensity
// difference.
#include <stdint.h>

void edge_preserving_smooth(int w, int h, const uint8_t *restrict src, const uint16_t *restrict similarity,
                            uint8_t *restrict dst) {
  static const unsigned near[5] = {1, 3, 4, 3, 1};
  for (int y = 2; y < h - 2; y++) {
    for (int x = 2; x < w - 2; x++) {
      unsigned sum = 0, total = 1;
      int centre = src[y * w + x];
      for (int dy = -2; dy <= 2; dy++) {
        for (int dx = -2; dx <= 2; dx++) {
          int v = src[(y + dy) * w + x + dx];
          int diff = v > centre ? v - centre : centre - v;
          unsigned weight = near[dy + 2] * near[dx + 2] * similarity[diff];
          sum += weight * (unsigned)v;
          total += weight;
        }
      }
      dst[y * w + x] = (uint8_t)((sum / total) & 255);
    }
  }
}
