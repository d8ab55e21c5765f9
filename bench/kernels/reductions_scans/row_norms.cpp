// Taxicab, Euclidean and maximum norm of each row, each reduction a generic fold with a lambda.
#include <cmath>
#include <cstddef>

template <typename T, typename Combine>
static T fold(const T *values, std::size_t count, T start, Combine combine) {
  for (std::size_t i = 0; i < count; ++i)
    start = combine(start, values[i]);
  return start;
}

extern "C" void row_norms(const float *matrix, std::size_t rows, std::size_t columns, float (*norms)[3]) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float *row = matrix + r * columns;
    norms[r][0] = fold(row, columns, 0.0f, [](float sum, float v) { return sum + std::fabs(v); });
    norms[r][1] = std::sqrt(fold(row, columns, 0.0f, [](float sum, float v) { return sum + v * v; }));
    norms[r][2] = fold(row, columns, 0.0f,
                       [](float most, float v) { return std::fabs(v) > most ? std::fabs(v) : most; });
  }
}
