// base^exponent by repeated squaring for an N x N matrix over the integers modulo 2^32.
#include <array>
#include <cstdint>

namespace {

constexpr int N = 72;
using Square = std::array<std::array<std::uint32_t, N>, N>;

Square multiply(const Square &a, const Square &b) {
  Square c{};
  for (int i = 0; i < N; ++i)
    for (int j = 0; j < N; ++j)
      for (int k = 0; k < N; ++k)
        c[i][j] += a[i][k] * b[k][j];
  return c;
}

} // namespace

extern "C" void matrix_power_mod(const std::uint32_t (&base)[N][N], std::uint32_t exponent,
                                 std::uint32_t (&power)[N][N]) {
  Square factor, result{};
  for (int i = 0; i < N; ++i) {
    result[i][i] = 1;
    for (int j = 0; j < N; ++j)
      factor[i][j] = base[i][j];
  }
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1)
      result = multiply(result, factor);
    factor = multiply(factor, factor);
  }
  for (int i = 0; i < N; ++i)
    for (int j = 0; j < N; ++j)
      power[i][j] = result[i][j];
}
