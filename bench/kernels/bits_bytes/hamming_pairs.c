// Hamming distance of every query fingerprint (four 64-bit words) to every stored one; keeps the nearest.
#include <stdint.h>

#define WORDS 4

static int ones(uint64_t v) {
  int count = 0;
  while (v) {
    v &= v - 1;
    count++;
  }
  return count;
}

void hamming_pairs(int queries, int stored, const uint64_t *query, const uint64_t *store, int *nearest) {
  for (int q = 0; q < queries; q++) {
    int best = 64 * WORDS + 1;
    nearest[q] = -1;
    for (int s = 0; s < stored; s++) {
      int distance = 0;
      for (int w = 0; w < WORDS; w++)
        distance += ones(query[q * WORDS + w] ^ store[s * WORDS + w]);
      if (distance < best) {
        best = distance;
        nearest[q] = s;
      }
    }
  }
}
