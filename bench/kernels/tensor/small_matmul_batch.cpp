// A batch of products of small fixed-size matrices, sizes as template parameters.
#include <array>
#include <cstddef>

template <typename T, std::size_t Rows, std::size_t Columns>
using Block = std::array<std::array<T, Columns>, Rows>;

template <typename T, std::size_t N, std::size_t K, std::size_t M>
static Block<T, N, M> times(const Block<T, N, K> &a, const Block<T, K, M> &b) {
  Block<T, N, M> c;
  for (std::size_t i = 0; i < N; ++i)
    for (std::size_t j = 0; j < M; ++j) {
      T sum{};
      for (std::size_t k = 0; k < K; ++k)
        sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  return c;
}

extern "C" void small_matmul_batch(const Block<float, 6, 6> *a, const Block<float, 6, 6> *b,
                                   Block<float, 6, 6> *c, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    c[i] = times(a[i], b[i]);
}
