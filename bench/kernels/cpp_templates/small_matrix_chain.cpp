// Batched products of small fixed-size matrices kept as nested std::array: c = a * b, then c *= its own
// diagonal sum.
#include <array>

template <class T, int N> using Square = std::array<std::array<T, N>, N>;

template <class T, int N> static Square<T, N> multiply(const Square<T, N> &a, const Square<T, N> &b) {
  Square<T, N> c{};
  for (int i = 0; i < N; ++i)
    for (int j = 0; j < N; ++j)
      for (int k = 0; k < N; ++k)
        c[i][j] += a[i][k] * b[k][j];
  return c;
}

extern "C" void small_matrix_chain(int count, const float *a, const float *b, float *c) {
  constexpr int N = 6;
  for (int m = 0; m < count; ++m) {
    Square<float, N> x, y;
    for (int i = 0; i < N; ++i)
      for (int j = 0; j < N; ++j) {
        x[i][j] = a[(m * N + i) * N + j];
        y[i][j] = b[(m * N + i) * N + j];
      }
    Square<float, N> z = multiply<float, N>(x, y);
    float trace = 0.0f;
    for (int i = 0; i < N; ++i)
      trace += z[i][i];
    for (int i = 0; i < N; ++i)
      for (int j = 0; j < N; ++j)
        c[(m * N + i) * N + j] = z[i][j] * trace;
  }
}
