/* Solves (D + L) x = b by forward substitution, skipping entries on or above the diagonal. */

void sparse_lower_solve(int n, const int *start, const int *column, const double *value,
                        const double *diagonal, const double *b, double *x) {
  for (int i = 0; i < n; i++) {
    double rest = b[i];
    for (int p = start[i]; p < start[i + 1]; p++)
      if (column[p] < i)
        rest -= value[p] * x[column[p]];
    x[i] = rest / diagonal[i];
  }
}
