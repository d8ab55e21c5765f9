void scale(int n, const double *factor, double *x) {
  for (int i = 0; i < n; i++)
    x[i] = x[i] * factor[0];
}
