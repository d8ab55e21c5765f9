// Fills a buffer with uniform floats from one linear congruential generator; every step needs the one before.
#include <stdint.h>

uint64_t congruential_fill(int n, uint64_t seed, float low, float high, float *out) {
  uint64_t state = seed;
  for (int i = 0; i < n; i++) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    float unit = (float)(state >> 40) * (1.0f / 16777216.0f);
    out[i] = low + (high - low) * unit;
  }
  return state;
}
