// Autocorrelation of a signal for the first lags, normalised by the lag-zero value.

void lagged_products(int n, int lags, const double *signal, double *r) {
  for (int lag = 0; lag < lags; lag++) {
    r[lag] = 0.0;
    for (int i = lag; i < n; i++)
      r[lag] += signal[i] * signal[i - lag];
  }
  double scale = lags > 0 && r[0] > 0.0 ? 1.0 / r[0] : 0.0;
  for (int lag = 0; lag < lags; lag++)
    r[lag] *= scale;
}
