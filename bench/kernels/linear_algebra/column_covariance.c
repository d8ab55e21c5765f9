/* Covariance matrix of the columns of a table: means, centring, then all pairs of columns. */

void column_covariance(int samples, int vars, double data[samples][vars], double mean[vars],
                       double cov[vars][vars]) {
  for (int j = 0; j < vars; j++) {
    mean[j] = 0.0;
    for (int i = 0; i < samples; i++)
      mean[j] += data[i][j];
    mean[j] /= samples;
  }
  for (int i = 0; i < samples; i++)
    for (int j = 0; j < vars; j++)
      data[i][j] -= mean[j];
  for (int p = 0; p < vars; p++) {
    for (int q = p; q < vars; q++) {
      double sum = 0.0;
      for (int i = 0; i < samples; i++)
        sum += data[i][p] * data[i][q];
      cov[p][q] = sum / (samples - 1.0);
      cov[q][p] = cov[p][q];
    }
  }
}
