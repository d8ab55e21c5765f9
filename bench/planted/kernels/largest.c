double largest(int n, const double *x) {
  if (n <= 0)
    return 0;
  double m = x[0];
  for (int i = 1; i < n; i++)
    m = x[i] > m ? x[i] : m;
  return m;
}
