// Histogram equalisation of 12-bit samples: counts, cumulative counts, a lookup table, and the mapped
// samples.
#include <stdint.h>

#define LEVELS 4096

uint32_t level_count[LEVELS];
uint16_t level_map[LEVELS];

void equalise_levels(uint32_t n, const uint16_t *in, uint16_t *out) {
  for (int l = 0; l < LEVELS; l++)
    level_count[l] = 0;
  for (uint32_t i = 0; i < n; i++)
    level_count[in[i] % LEVELS]++;
  uint32_t below = 0;
  for (int l = 0; l < LEVELS; l++) {
    below += level_count[l];
    level_map[l] = n ? (uint16_t)((uint64_t)below * (LEVELS - 1) / n) : 0;
  }
  for (uint32_t i = 0; i < n; i++)
    out[i] = level_map[in[i] % LEVELS];
}
