void smooth(int n, const float *x, float *y) {
  for (int i = 1; i + 1 < n; i++)
    y[i] = 0.25f * x[i - 1] + 0.5f * x[i] + 0.25f * x[i + 1];
}
