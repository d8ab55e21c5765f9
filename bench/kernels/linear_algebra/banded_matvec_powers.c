/* Repeated products x <- A x with a banded matrix held as a dense square, halved in every round. */
#define BAND 6

void banded_matvec_powers(int n, int rounds, double a[n][n], double *x, double *scratch) {
  for (int r = 0; r < rounds; r++) {
    for (int i = 0; i < n; i++) {
      int first = i - BAND < 0 ? 0 : i - BAND;
      int last = i + BAND >= n ? n - 1 : i + BAND;
      double sum = 0.0;
      for (int j = first; j <= last; j++)
        sum += a[i][j] * x[j];
      scratch[i] = sum;
    }
    for (int i = 0; i < n; i++)
      x[i] = 0.5 * scratch[i];
  }
}
