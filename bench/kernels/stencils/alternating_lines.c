/* Implicit diffusion by alternating directions: a tridiagonal solve along every row, then along every column.
 */

static void solve_rows(int n, double u[n][n], double ratio[n][n], double k) {
  for (int i = 0; i < n; i++) {
    ratio[i][0] = -k / (1.0 + 2.0 * k);
    u[i][0] = u[i][0] / (1.0 + 2.0 * k);
    for (int j = 1; j < n; j++) {
      double d = 1.0 + 2.0 * k + k * ratio[i][j - 1];
      ratio[i][j] = -k / d;
      u[i][j] = (u[i][j] + k * u[i][j - 1]) / d;
    }
    for (int j = n - 2; j >= 0; j--)
      u[i][j] -= ratio[i][j] * u[i][j + 1];
  }
}

static void solve_columns(int n, double u[n][n], double ratio[n][n], double k) {
  for (int j = 0; j < n; j++) {
    ratio[0][j] = -k / (1.0 + 2.0 * k);
    u[0][j] = u[0][j] / (1.0 + 2.0 * k);
    for (int i = 1; i < n; i++) {
      double d = 1.0 + 2.0 * k + k * ratio[i - 1][j];
      ratio[i][j] = -k / d;
      u[i][j] = (u[i][j] + k * u[i - 1][j]) / d;
    }
    for (int i = n - 2; i >= 0; i--)
      u[i][j] -= ratio[i][j] * u[i + 1][j];
  }
}

void alternating_lines(int n, int steps, double u[n][n], double ratio[n][n], double k) {
  for (int t = 0; t < steps; t++) {
    solve_rows(n, u, ratio, k);
    solve_columns(n, u, ratio, k);
  }
}
