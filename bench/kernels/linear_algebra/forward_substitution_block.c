/* Solves L X = B in place, L unit lower-triangular, one column of B after another. */

void forward_substitution_block(int n, int sides, const double *l, double *b) {
  for (int s = 0; s < sides; s++) {
    for (int i = 0; i < n; i++) {
      double value = b[i * sides + s];
      for (int j = 0; j < i; j++)
        value -= l[i * n + j] * b[j * sides + s];
      b[i * sides + s] = value;
    }
  }
}
