/* Heat on a torus: neighbours wrap around by remainder, in every inner iteration. */

void heat_on_torus(unsigned n, unsigned steps, double *even, double *odd) {
  for (unsigned t = 0; t < steps; t++) {
    const double *from = t % 2 == 0 ? even : odd;
    double *to = t % 2 == 0 ? odd : even;
    for (unsigned i = 0; i < n; i++) {
      for (unsigned j = 0; j < n; j++) {
        unsigned up = (i + n - 1) % n, down = (i + 1) % n;
        unsigned left = (j + n - 1) % n, right = (j + 1) % n;
        to[i * n + j] = 0.5 * from[i * n + j] + 0.125 * (from[up * n + j] + from[down * n + j] +
                                                         from[i * n + left] + from[i * n + right]);
      }
    }
  }
}
