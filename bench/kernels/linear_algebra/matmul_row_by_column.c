/* C = A B, one dot product after another: the inner loop walks down a column of B. */

void matmul_row_by_column(int n, int m, int inner, double c[n][m], double a[n][inner], double b[inner][m]) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < m; j++) {
      double sum = 0.0;
      for (int k = 0; k < inner; k++) {
        sum += a[i][k] * b[k][j];
      }
      c[i][j] = sum;
    }
  }
}
