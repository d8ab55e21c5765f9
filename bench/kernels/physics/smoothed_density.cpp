// Smoothed-particle density and pressure: sums a compact kernel over all pairs of particles in the plane.
namespace sph {

struct Kernel {
  float radius_squared;
  float scale;
  float operator()(float r2) const {
    if (r2 >= radius_squared)
      return 0.0f;
    const float gap = radius_squared - r2;
    return scale * gap * gap * gap;
  }
};

void smoothed_density(int n, const float *x, const float *y, float radius, float stiffness, float *density,
                      float *pressure) {
  const float r2 = radius * radius;
  const Kernel kernel{r2, 4.0f / (3.14159265f * r2 * r2 * r2 * r2)};
  for (int i = 0; i < n; ++i) {
    float sum = 0.0f;
    for (int j = 0; j < n; ++j) {
      const float dx = x[i] - x[j], dy = y[i] - y[j];
      sum += kernel(dx * dx + dy * dy);
    }
    density[i] = sum;
    pressure[i] = stiffness * (sum - 1000.0f);
  }
}

} // namespace sph
