/* C = A B for a sparse A in compressed rows; the loop over columns of B is outside the entries. */

void csr_times_dense(int rows, int width, const int *start, const int *column, const float *value,
                     const float *b, float *c) {
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < width; j++) {
      c[i * width + j] = 0.0f;
      for (int p = start[i]; p < start[i + 1]; p++)
        c[i * width + j] += value[p] * b[column[p] * width + j];
    }
  }
}
