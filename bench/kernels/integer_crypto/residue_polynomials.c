// Product of two polynomials with coefficients modulo a 30-bit prime.
#include <stdint.h>

void residue_polynomials(int n, int m, const uint32_t *a, const uint32_t *b, uint32_t *product) {
  const uint64_t prime = 998244353u;
  for (int k = 0; k < n + m - 1; k++) {
    uint64_t sum = 0;
    for (int i = 0; i < n; i++) {
      int j = k - i;
      if (j >= 0 && j < m)
        sum = (sum + (uint64_t)a[i] * b[j]) % prime;
    }
    product[k] = (uint32_t)sum;
  }
}
