// CRC-32 (reflected polynomial 0xEDB88320) of each fixed-length message, one bit at a time.
#include <stdint.h>

void crc32_bitwise(int messages, int length, const uint8_t *bytes, uint32_t *crc) {
  for (int m = 0; m < messages; m++) {
    uint32_t c = 0xffffffffu;
    for (int i = 0; i < length; i++) {
      c ^= bytes[m * length + i];
      for (int bit = 0; bit < 8; bit++) {
        if (c & 1)
          c = (c >> 1) ^ 0xedb88320u;
        else
          c >>= 1;
      }
    }
    crc[m] = ~c;
  }
}
