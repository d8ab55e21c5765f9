// Key stream of add-rotate-xor blocks: ten double rounds over sixteen words, a counter in one of them.
#include <stdint.h>

static uint32_t rotl(uint32_t v, int k) { return v << k | v >> (32 - k); }

static void quarter(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d) {
  *a += *b;
  *d = rotl(*d ^ *a, 16);
  *c += *d;
  *b = rotl(*b ^ *c, 12);
  *a += *b;
  *d = rotl(*d ^ *a, 8);
  *c += *d;
  *b = rotl(*b ^ *c, 7);
}

void quarter_round_blocks(int blocks, const uint32_t start[16], uint32_t *out) {
  for (int n = 0; n < blocks; n++) {
    uint32_t s[16], k[16];
    for (int i = 0; i < 16; i++)
      s[i] = k[i] = start[i];
    s[12] = k[12] = start[12] + (uint32_t)n;
    for (int round = 0; round < 10; round++) {
      for (int c = 0; c < 4; c++)
        quarter(&s[c], &s[4 + c], &s[8 + c], &s[12 + c]);
      for (int c = 0; c < 4; c++)
        quarter(&s[c], &s[4 + (c + 1) % 4], &s[8 + (c + 2) % 4], &s[12 + (c + 3) % 4]);
    }
    for (int i = 0; i < 16; i++)
      out[16 * n + i] = s[i] + k[i];
  }
}
