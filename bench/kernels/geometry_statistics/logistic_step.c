// One gradient step of logistic regression: predictions through the exponential, then all partial
// derivatives.
#include <math.h>

double logistic_step(int n, int d, const double *x, const unsigned char *label, double rate, double *weight,
                     double *error) {
  double loss = 0.0;
  for (int i = 0; i < n; i++) {
    double score = 0.0;
    for (int j = 0; j < d; j++)
      score += x[i * d + j] * weight[j];
    double p = 1.0 / (1.0 + exp(-score));
    error[i] = p - (label[i] & 1);
    loss += error[i] * error[i];
  }
  for (int j = 0; j < d; j++) {
    double slope = 0.0;
    for (int i = 0; i < n; i++)
      slope += error[i] * x[i * d + j];
    weight[j] -= rate * slope / n;
  }
  return loss;
}
