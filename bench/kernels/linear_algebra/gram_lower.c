/* Lower triangle of C = alpha A Aᵀ + beta C, a symmetric rank-k update with the sum over k outside of j. */

void gram_lower(int n, int k, double alpha, double beta, double c[n][n], double a[n][k]) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j <= i; j++)
      c[i][j] *= beta;
    for (int t = 0; t < k; t++)
      for (int j = 0; j <= i; j++)
        c[i][j] += alpha * a[i][t] * a[j][t];
  }
}
