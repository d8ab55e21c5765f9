typedef double vector __attribute__((vector_size(32)));
void axpy(int n, double a, const double *x, double *y) {
  for (int i = 0; i < n; i++)
    y[i] = y[i] + a * x[i];
}
