/* Product of two matrices of complex numbers, stored as interleaved real and imaginary floats. */
#include <stddef.h>

struct complexf {
  float re;
  float im;
};

void complex_matmul(size_t n, const struct complexf *restrict a, const struct complexf *restrict b,
                    struct complexf *restrict c) {
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      float re = 0.0f, im = 0.0f;
      for (size_t k = 0; k < n; ++k) {
        const struct complexf x = a[i * n + k], y = b[k * n + j];
        re += x.re * y.re - x.im * y.im;
        im += x.re * y.im + x.im * y.re;
      }
      c[i * n + j].re = re;
      c[i * n + j].im = im;
    }
  }
}
