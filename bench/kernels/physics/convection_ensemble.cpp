// An ensemble of Lorenz's convection model (1963), advanced by classical Runge-Kutta steps.
#include <array>
#include <cstddef>

using State = std::array<double, 3>;

template <typename F> static State runge_kutta(const State &s, double h, F slope) {
  auto moved = [&s](const State &k, double by) {
    State r;
    for (std::size_t i = 0; i < s.size(); ++i)
      r[i] = s[i] + by * k[i];
    return r;
  };
  const State k1 = slope(s), k2 = slope(moved(k1, h / 2)), k3 = slope(moved(k2, h / 2)),
              k4 = slope(moved(k3, h));
  State next;
  for (std::size_t i = 0; i < s.size(); ++i)
    next[i] = s[i] + h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  return next;
}

void convection_ensemble(State *members, int count, int steps, double h, const double *forcing) {
  for (int m = 0; m < count; ++m) {
    const double rho = forcing[m];
    for (int t = 0; t < steps; ++t)
      members[m] = runge_kutta(members[m], h, [rho](const State &s) -> State {
        return {10.0 * (s[1] - s[0]), s[0] * (rho - s[2]) - s[1], s[0] * s[1] - 8.0 / 3.0 * s[2]};
      });
  }
}
