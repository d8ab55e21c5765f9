#include "heat.h"

void heat_step(int n, double rate, const double *from, double *to) {
  for (int j = 0; j < n; j++)
    for (int i = 0; i < n; i++) {
      int at = i * n + j;
      if (i == 0 || j == 0 || i == n - 1 || j == n - 1)
        to[at] = from[at];
      else
        to[at] = from[at] + rate * (from[at - n] + from[at + n] + from[at - 1] + from[at + 1] - 4 * from[at]);
    }
}
