// c += a * transpose(b) through a matrix view class with a layout policy; the loops follow the formula.
#include <cstddef>

struct RowMajor {
  static std::size_t at(std::size_t i, std::size_t j, std::size_t, std::size_t cols) { return i * cols + j; }
};
struct ColumnMajor {
  static std::size_t at(std::size_t i, std::size_t j, std::size_t rows, std::size_t) { return j * rows + i; }
};

template <class T, class Layout> class View {
  T *data_;
  std::size_t rows_, cols_;

public:
  View(T *data, std::size_t rows, std::size_t cols) : data_(data), rows_(rows), cols_(cols) {}
  T &operator()(std::size_t i, std::size_t j) const { return data_[Layout::at(i, j, rows_, cols_)]; }
  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
};

template <class A, class B, class C> static void multiply_add(const A &a, const B &b, const C &c) {
  for (std::size_t i = 0; i < c.rows(); ++i)
    for (std::size_t j = 0; j < c.cols(); ++j)
      for (std::size_t k = 0; k < a.cols(); ++k)
        c(i, j) += a(i, k) * b(k, j);
}

extern "C" void grid_views(std::size_t n, std::size_t m, std::size_t p, const float *a, const float *b,
                           float *c) {
  multiply_add(View<const float, ColumnMajor>(a, n, p), View<const float, RowMajor>(b, p, m),
               View<float, RowMajor>(c, n, m));
}
