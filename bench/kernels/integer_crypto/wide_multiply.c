// Schoolbook product of pairs of 256-bit integers held in eight 32-bit limbs.
#include <stdint.h>

#define LIMBS 8

void wide_multiply(int pairs, const uint32_t *restrict a, const uint32_t *restrict b,
                   uint32_t *restrict product) {
  for (int p = 0; p < pairs; p++) {
    uint32_t *out = product + 2 * LIMBS * p;
    for (int i = 0; i < 2 * LIMBS; i++)
      out[i] = 0;
    for (int i = 0; i < LIMBS; i++) {
      uint64_t carry = 0;
      for (int j = 0; j < LIMBS; j++) {
        uint64_t t = (uint64_t)a[LIMBS * p + i] * b[LIMBS * p + j] + out[i + j] + carry;
        out[i + j] = (uint32_t)t;
        carry = t >> 32;
      }
      out[i + LIMBS] = (uint32_t)carry;
    }
  }
}
