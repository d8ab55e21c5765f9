// Parabolic kernel density of a sample at each point of a grid; samples outside the bandwidth add nothing.

void kernel_density(int points, int samples, double bandwidth, const double *grid, const double *sample,
                    double *density) {
  double scale = samples > 0 ? 0.75 / (samples * bandwidth) : 0.0;
  for (int p = 0; p < points; p++) {
    double sum = 0.0;
    for (int s = 0; s < samples; s++) {
      double u = (grid[p] - sample[s]) / bandwidth;
      if (u > -1.0 && u < 1.0)
        sum += 1.0 - u * u;
    }
    density[p] = scale * sum;
  }
}
