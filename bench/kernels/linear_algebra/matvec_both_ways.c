/* y = A u and z = Aᵀ v for a rectangular row-major A; the second loop nest walks A by columns. */
#include <stddef.h>

void matvec_both_ways(size_t n, size_t m, double a[n][m], const double *u, const double *v, double *y,
                      double *z) {
  for (size_t i = 0; i < n; i++) {
    y[i] = 0.0;
    for (size_t j = 0; j < m; j++)
      y[i] += a[i][j] * u[j];
  }
  for (size_t j = 0; j < m; j++) {
    z[j] = 0.0;
    for (size_t i = 0; i < n; i++)
      z[j] += a[i][j] * v[i];
  }
}
