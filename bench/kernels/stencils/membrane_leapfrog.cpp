// Wave equation on a square membrane by leapfrog; three planes change roles from step to step.
#include <cstddef>
#include <utility>

template <typename T> struct View {
  T *base;
  std::size_t pitch;
  T &operator()(std::size_t i, std::size_t j) const { return base[i * pitch + j]; }
};

template <typename T> static inline T laplacian(const View<T> &u, std::size_t i, std::size_t j) {
  return u(i + 1, j) + u(i - 1, j) + u(i, j + 1) + u(i, j - 1) - T(4) * u(i, j);
}

extern "C" void membrane_leapfrog(double *before, double *now, double *after, std::size_t n, unsigned steps,
                                  double courant_squared) {
  View<double> past{before, n}, present{now, n}, future{after, n};
  for (unsigned t = 0; t < steps; ++t) {
    for (std::size_t i = 1; i + 1 < n; ++i)
      for (std::size_t j = 1; j + 1 < n; ++j)
        future(i, j) = 2.0 * present(i, j) - past(i, j) + courant_squared * laplacian(present, i, j);
    std::swap(past, present);
    std::swap(present, future);
  }
}
