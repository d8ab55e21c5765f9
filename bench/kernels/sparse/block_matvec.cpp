// y = A x for a block sparse row matrix with dense square blocks whose side is a template parameter.
#include <cstddef>
#include <cstdint>

namespace {

template <typename T, int Side> struct BlockRows {
  const std::int32_t *start;
  const std::int32_t *column;
  const T (*blocks)[Side][Side];
};

template <typename T, int Side> void apply(const BlockRows<T, Side> &a, std::int32_t rows, const T *x, T *y) {
  for (std::int32_t i = 0; i < rows; ++i) {
    for (int r = 0; r < Side; ++r)
      y[i * Side + r] = T(0);
    for (std::int32_t p = a.start[i]; p < a.start[i + 1]; ++p) {
      const T *piece = x + a.column[p] * Side;
      for (int r = 0; r < Side; ++r)
        for (int c = 0; c < Side; ++c)
          y[i * Side + r] += a.blocks[p][r][c] * piece[c];
    }
  }
}

} // namespace

extern "C" void block_matvec(std::int32_t rows, const std::int32_t *start, const std::int32_t *column,
                             const double *blocks, const double *x, double *y) {
  const BlockRows<double, 4> a{start, column, reinterpret_cast<const double(*)[4][4]>(blocks)};
  apply(a, rows, x, y);
}
