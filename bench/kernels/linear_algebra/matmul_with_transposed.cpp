// C = A Bᵀ through a thin matrix view with an element operator; both operands are walked along their rows.
#include <cstddef>

namespace {

template <typename T> class Matrix {
public:
  Matrix(T *data, std::size_t rows, std::size_t columns) : data_(data), rows_(rows), columns_(columns) {}
  T &operator()(std::size_t i, std::size_t j) const { return data_[i * columns_ + j]; }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }

private:
  T *data_;
  std::size_t rows_;
  std::size_t columns_;
};

template <typename T> void multiply_transposed(Matrix<T> c, Matrix<const T> a, Matrix<const T> b) {
  for (std::size_t i = 0; i < a.rows(); ++i) {
    for (std::size_t j = 0; j < b.rows(); ++j) {
      c(i, j) = T(0);
      for (std::size_t k = 0; k < a.columns(); ++k)
        c(i, j) += a(i, k) * b(j, k);
    }
  }
}

} // namespace

extern "C" void matmul_with_transposed(float *c, const float *a, const float *b, std::size_t n, std::size_t m,
                                       std::size_t inner) {
  multiply_transposed<float>({c, n, m}, {a, n, inner}, {b, m, inner});
}
