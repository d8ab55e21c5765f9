/* B = L B in place for a lower-triangular L: rows are formed from the last to the first. */

void lower_triangle_times(int n, int m, double l[n][n], double b[n][m]) {
  for (int i = n - 1; i >= 0; i--) {
    for (int j = 0; j < m; j++) {
      double sum = l[i][i] * b[i][j];
      for (int k = 0; k < i; k++)
        sum += l[i][k] * b[k][j];
      b[i][j] = sum;
    }
  }
}
