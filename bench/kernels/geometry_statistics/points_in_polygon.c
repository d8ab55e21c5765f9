// Even-odd test of many points against one polygon: every edge crossing to the right flips the answer.
#include <stdbool.h>

void points_in_polygon(int points, int corners, const double *px, const double *py, const double *cx,
                       const double *cy, bool *inside) {
  for (int p = 0; p < points; p++) {
    bool in = false;
    for (int i = 0, j = corners - 1; i < corners; j = i++) {
      if ((cy[i] > py[p]) != (cy[j] > py[p]) &&
          px[p] < (cx[j] - cx[i]) * (py[p] - cy[i]) / (cy[j] - cy[i]) + cx[i])
        in = !in;
    }
    inside[p] = in;
  }
}
