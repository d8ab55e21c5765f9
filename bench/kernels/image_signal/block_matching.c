// Motion search: for each 8 x 8 tile the displacement within +-4 pixels of least absolute difference.
#include <stdint.h>
#include <stdlib.h>

void block_matching(int w, int h, const uint8_t *now, const uint8_t *before, int8_t *motion) {
  for (int ty = 0; ty < h / 8; ty++) {
    for (int tx = 0; tx < w / 8; tx++) {
      int best = 1 << 30;
      int8_t best_x = 0, best_y = 0;
      for (int dy = -4; dy <= 4; dy++) {
        for (int dx = -4; dx <= 4; dx++) {
          int x0 = 8 * tx + dx, y0 = 8 * ty + dy;
          if (x0 < 0 || y0 < 0 || x0 + 8 > w || y0 + 8 > h)
            continue;
          int sad = 0;
          for (int y = 0; y < 8; y++)
            for (int x = 0; x < 8; x++)
              sad += abs(now[(8 * ty + y) * w + 8 * tx + x] - before[(y0 + y) * w + x0 + x]);
          if (sad < best) {
            best = sad;
            best_x = (int8_t)dx;
            best_y = (int8_t)dy;
          }
        }
      }
      motion[2 * (ty * (w / 8) + tx)] = best_x;
      motion[2 * (ty * (w / 8) + tx) + 1] = best_y;
    }
  }
}
