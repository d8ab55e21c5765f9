/* Cholesky factor of S + ridge I, in place in the lower triangle of a symmetric S. */
#include <math.h>

void cholesky_with_ridge(int n, double ridge, double *s) {
  for (int j = 0; j < n; j++) {
    double pivot = s[j * n + j] + ridge;
    for (int k = 0; k < j; k++)
      pivot -= s[j * n + k] * s[j * n + k];
    pivot = sqrt(pivot);
    s[j * n + j] = pivot;
    for (int i = j + 1; i < n; i++) {
      double sum = s[i * n + j];
      for (int k = 0; k < j; k++)
        sum -= s[i * n + k] * s[j * n + k];
      s[i * n + j] = sum / pivot;
    }
  }
}
