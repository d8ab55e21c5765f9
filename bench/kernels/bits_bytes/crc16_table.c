// CRC-16 (polynomial 0x1021, most significant bit first) of one long message by a byte table made on the way
// in.
#include <stddef.h>
#include <stdint.h>

static uint16_t table[256];

uint16_t crc16_table(size_t n, const uint8_t *data) {
  for (unsigned byte = 0; byte < 256; byte++) {
    uint16_t r = (uint16_t)(byte << 8);
    for (int k = 0; k < 8; k++)
      r = (uint16_t)((r & 0x8000) ? (r << 1) ^ 0x1021 : r << 1);
    table[byte] = r;
  }
  uint16_t crc = 0xffff;
  for (size_t i = 0; i < n; i++)
    crc = (uint16_t)((crc << 8) ^ table[((crc >> 8) ^ data[i]) & 255]);
  return crc;
}
