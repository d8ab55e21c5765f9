// Base64 text of a byte string, with padding; returns the number of characters written.
#include <stdint.h>

long base64_encode(long n, const uint8_t *in, char *out) {
  static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  long o = 0;
  for (long i = 0; i < n; i += 3) {
    uint32_t v = (uint32_t)in[i] << 16;
    if (i + 1 < n)
      v |= (uint32_t)in[i + 1] << 8;
    if (i + 2 < n)
      v |= in[i + 2];
    out[o++] = digit[v >> 18];
    out[o++] = digit[(v >> 12) & 63];
    out[o++] = i + 1 < n ? digit[(v >> 6) & 63] : '=';
    out[o++] = i + 2 < n ? digit[v & 63] : '=';
  }
  return o;
}
