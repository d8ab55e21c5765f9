// Turns packed big-endian records (16-bit tag, 32-bit count, 64-bit time) into host-order columns.
#include <stdint.h>

void swap_record_bytes(int n, const unsigned char *packed, uint16_t *tag, uint32_t *count, uint64_t *time) {
  for (int i = 0; i < n; i++) {
    const unsigned char *p = packed + 14 * (long)i;
    tag[i] = (uint16_t)(p[0] << 8 | p[1]);
    uint32_t c = 0;
    for (int k = 0; k < 4; k++)
      c = c << 8 | p[2 + k];
    count[i] = c;
    uint64_t t = 0;
    for (int k = 0; k < 8; k++)
      t = t << 8 | p[6 + k];
    time[i] = t;
  }
}
