// Two-sum checksum modulo 65521 of every packet, reducing at each byte.
#include <stdint.h>

void two_sum_checksum(int packets, int length, const uint8_t *bytes, uint32_t *checksum) {
  for (int p = 0; p < packets; p++) {
    uint32_t a = 1, b = 0;
    for (int i = 0; i < length; i++) {
      a = (a + bytes[p * length + i]) % 65521u;
      b = (b + a) % 65521u;
    }
    checksum[p] = b << 16 | a;
  }
}
