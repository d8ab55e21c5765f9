/* y = A x for a matrix in compressed column storage: every column is scattered into y. */
#include <stddef.h>

void csc_matvec(size_t rows, size_t cols, const size_t *start, const unsigned *row, const float *value,
                const float *x, float *y) {
  for (size_t i = 0; i < rows; ++i)
    y[i] = 0.0f;
  for (size_t j = 0; j < cols; ++j) {
    for (size_t p = start[j]; p < start[j + 1]; ++p)
      y[row[p]] += value[p] * x[j];
  }
}
