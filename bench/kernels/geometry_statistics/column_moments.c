// Running mean, variance, skewness sums and extremes of every column of a table, updated sample by sample.

struct moments {
  double mean, m2, m3;
  double low, high;
};

void column_moments(long rows, long cols, const float *table, struct moments *out) {
  for (long c = 0; c < cols; c++) {
    struct moments m = {0.0, 0.0, 0.0, 1.0e300, -1.0e300};
    for (long r = 0; r < rows; r++) {
      double x = table[r * cols + c];
      double n = (double)(r + 1);
      double delta = x - m.mean;
      double step = delta / n;
      m.mean += step;
      m.m3 += delta * step * step * (n - 1.0) * (n - 2.0) - 3.0 * step * m.m2;
      m.m2 += delta * step * (n - 1.0);
      if (x < m.low)
        m.low = x;
      if (x > m.high)
        m.high = x;
    }
    out[c] = m;
  }
}
