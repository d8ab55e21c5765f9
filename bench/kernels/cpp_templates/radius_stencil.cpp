// Weighted stencil of compile-time radius along both axes of a grid, the weights in a constexpr array.
#include <array>

template <int Radius> struct Weights {
  static constexpr std::array<double, Radius + 1> make() {
    std::array<double, Radius + 1> w{};
    for (int k = 0; k <= Radius; ++k)
      w[static_cast<unsigned>(k)] = 1.0 / (4.0 * (k + 1));
    return w;
  }
  static constexpr std::array<double, Radius + 1> value = make();
};

template <int Radius> static void apply(int nx, int ny, const double *in, double *out) {
  constexpr auto w = Weights<Radius>::value;
  for (int x = Radius; x < nx - Radius; ++x) {
    for (int y = Radius; y < ny - Radius; ++y) {
      double sum = w[0] * in[y * nx + x];
      for (int k = 1; k <= Radius; ++k)
        sum += w[static_cast<unsigned>(k)] *
               (in[y * nx + x - k] + in[y * nx + x + k] + in[(y - k) * nx + x] + in[(y + k) * nx + x]);
      out[y * nx + x] = sum;
    }
  }
}

extern "C" void radius_stencil(int nx, int ny, const double *in, double *out) { apply<3>(nx, ny, in, out); }
