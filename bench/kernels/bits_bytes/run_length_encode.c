// Run-length code of a byte string as (value, length) pairs, runs of at most 255; returns the number of
// pairs.
#include <stdint.h>

int run_length_encode(int n, int levels, const uint8_t *in, uint8_t *out) {
  int pairs = 0, i = 0;
  while (i < n) {
    uint8_t value = (uint8_t)(in[i] / levels);
    int length = 1;
    while (i + length < n && length < 255 && in[i + length] / levels == value)
      length++;
    out[2 * pairs] = value;
    out[2 * pairs + 1] = (uint8_t)length;
    pairs++;
    i += length;
  }
  return pairs;
}
