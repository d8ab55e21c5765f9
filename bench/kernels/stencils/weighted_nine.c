/* Nine-point stencil whose weights differ from point to point (a variable-coefficient operator), y = W x. */

void weighted_nine(int n, const double *restrict w, const double *restrict x, double *restrict y) {
  for (int i = 1; i < n - 1; i++) {
    for (int j = 1; j < n - 1; j++) {
      double sum = 0.0;
      for (int di = -1; di <= 1; di++)
        for (int dj = -1; dj <= 1; dj++)
          sum += w[((di + 1) * 3 + dj + 1) * n * n + i * n + j] * x[(i + di) * n + j + dj];
      y[i * n + j] = sum;
    }
  }
}
