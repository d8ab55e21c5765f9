// Correlation of every pair of features over a table of samples (one row each): means, deviations, then the
// matrix.
#include <math.h>

void feature_correlations(int samples, int features, const double table[samples][features],
                          double mean[features], double deviation[features],
                          double corr[features][features]) {
  for (int f = 0; f < features; f++) {
    mean[f] = 0.0;
    for (int s = 0; s < samples; s++)
      mean[f] += table[s][f];
    mean[f] /= samples;
    double square = 0.0;
    for (int s = 0; s < samples; s++)
      square += (table[s][f] - mean[f]) * (table[s][f] - mean[f]);
    deviation[f] = sqrt(square);
  }
  for (int f = 0; f < features; f++) {
    for (int g = 0; g < features; g++) {
      double product = 0.0;
      for (int s = 0; s < samples; s++)
        product += (table[s][f] - mean[f]) * (table[s][g] - mean[g]);
      corr[f][g] = deviation[f] * deviation[g] > 1e-12 ? product / (deviation[f] * deviation[g]) : 0.0;
    }
  }
}
