// For each stored position (i, j) of a sparse pattern, the dot product of row i of U and column j of V.
#include <cstddef>

template <typename Index, typename Visit>
static void each_entry(Index rows, const Index *start, const Index *column, Visit visit) {
  for (Index i = 0; i < rows; ++i)
    for (Index p = start[i]; p < start[i + 1]; ++p)
      visit(i, column[p], p);
}

extern "C" void sampled_products(int rows, int cols, int rank, const int *start, const int *column,
                                 const float *u, const float *v, float *result) {
  each_entry(rows, start, column, [=](int i, int j, int p) {
    float dot = 0.0f;
    for (int r = 0; r < rank; ++r)
      dot += u[i * rank + r] * v[r * cols + j];
    result[p] = dot;
  });
}
