/* y = A x with a fixed number of slots per row, stored slot by slot; the row loop is the outer one. */

void ell_matvec(int rows, int slots, const int *column, const double *value, const double *x, double *y) {
  for (int i = 0; i < rows; i++) {
    y[i] = 0.0;
    for (int s = 0; s < slots; s++)
      y[i] += value[s * rows + i] * x[column[s * rows + i]];
  }
}
