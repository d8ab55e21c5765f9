/* D = alpha (A B) C + beta D with a caller-supplied buffer for the intermediate product. */

void scaled_product_chain(int rows, int mid, int cols, double alpha, double beta, const double *restrict a,
                          const double *restrict b, const double *restrict c, double *restrict d,
                          double *restrict ab) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < mid; j++) {
      ab[i * mid + j] = 0.0;
      for (int k = 0; k < mid; k++)
        ab[i * mid + j] += alpha * a[i * mid + k] * b[k * mid + j];
    }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < cols; j++) {
      d[i * cols + j] *= beta;
      for (int k = 0; k < mid; k++)
        d[i * cols + j] += ab[i * mid + k] * c[k * cols + j];
    }
}
