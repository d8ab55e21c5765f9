// Raises each base to one exponent modulo a 31-bit prime, by repeated squaring.
#include <stdint.h>

void modular_power(int n, uint32_t exponent, const uint32_t *base, uint32_t *result) {
  const uint64_t prime = 2147483647u;
  for (int i = 0; i < n; i++) {
    uint64_t square = base[i] % prime, r = 1;
    for (uint32_t e = exponent; e != 0; e >>= 1) {
      if (e & 1)
        r = r * square % prime;
      square = square * square % prime;
    }
    result[i] = (uint32_t)r;
  }
}
