// Least-significant-digit radix sort of 32-bit keys: four passes of eight bits between two buffers.
#include <stdint.h>

void radix_sort(uint32_t n, uint32_t *keys, uint32_t *other) {
  uint32_t *from = keys, *to = other;
  for (int shift = 0; shift < 32; shift += 8) {
    uint32_t place[256];
    for (int d = 0; d < 256; d++)
      place[d] = 0;
    for (uint32_t i = 0; i < n; i++)
      place[(from[i] >> shift) & 255]++;
    uint32_t sum = 0;
    for (int d = 0; d < 256; d++) {
      uint32_t count = place[d];
      place[d] = sum;
      sum += count;
    }
    for (uint32_t i = 0; i < n; i++)
      to[place[(from[i] >> shift) & 255]++] = from[i];
    uint32_t *swap = from;
    from = to;
    to = swap;
  }
}
