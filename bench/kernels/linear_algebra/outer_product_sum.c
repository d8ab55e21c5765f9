/* A += sum over t of u_t v_tᵀ, one rank-one update of the whole matrix at a time. */

void outer_product_sum(int n, int m, int terms, double *a, const double *u, const double *v) {
  for (int t = 0; t < terms; t++) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        a[i * m + j] = a[i * m + j] + u[t * n + i] * v[t * m + j];
      }
    }
  }
}
