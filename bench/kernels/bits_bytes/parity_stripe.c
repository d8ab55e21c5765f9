// Parity block of a stripe: the exclusive-or of all its data blocks, and the parity bit of every parity byte.
#include <stdint.h>

void parity_stripe(int blocks, int size, const uint8_t *data, uint8_t *parity, uint8_t *bit) {
  for (int i = 0; i < size; i++) {
    parity[i] = 0;
    for (int b = 0; b < blocks; b++)
      parity[i] ^= data[b * size + i];
  }
  for (int i = 0; i < size; i++) {
    uint8_t v = parity[i], p = 0;
    for (int k = 0; k < 8; k++)
      p ^= (uint8_t)((v >> k) & 1);
    bit[i] = p;
  }
}
