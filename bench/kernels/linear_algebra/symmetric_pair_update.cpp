// Upper triangle of C += A Bᵀ + B Aᵀ; a symmetric rank-2k update on flat arrays, inside a namespace.
namespace dense {

void symmetric_pair_update(double *c, const double *a, const double *b, int n, int k) {
  auto at = [](auto *matrix, int columns, int row, int column) -> auto & {
    return matrix[row * columns + column];
  };
  for (int i = 0; i < n; ++i) {
    for (int j = i; j < n; ++j) {
      for (int t = 0; t < k; ++t) {
        at(c, n, i, j) += at(a, k, i, t) * at(b, k, j, t);
        at(c, n, i, j) += at(b, k, i, t) * at(a, k, j, t);
      }
    }
  }
}

} // namespace dense
