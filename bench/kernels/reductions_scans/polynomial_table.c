/* Many polynomials at many points by Horner's rule; the serial recurrence over coefficients is innermost. */

void polynomial_table(int points, int polys, int degree, const double *x, const double *coef, double *value) {
  for (int p = 0; p < polys; p++) {
    for (int i = 0; i < points; i++) {
      double sum = coef[p * (degree + 1) + degree];
      for (int d = degree - 1; d >= 0; d--)
        sum = sum * x[i] + coef[p * (degree + 1) + d];
      value[p * points + i] = sum;
    }
  }
}
