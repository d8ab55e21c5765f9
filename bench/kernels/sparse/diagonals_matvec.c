/* y = A x for a square matrix stored by diagonals; row i of every diagonal is kept together. */

void diagonals_matvec(int n, int diagonals, const int *offset, const double *band, const double *x,
                      double *y) {
  for (int i = 0; i < n; i++)
    y[i] = 0.0;
  for (int d = 0; d < diagonals; d++)
    for (int i = 0; i < n; i++) {
      int j = i + offset[d];
      if (j >= 0 && j < n)
        y[i] += band[i * diagonals + d] * x[j];
    }
}
