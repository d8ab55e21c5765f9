// Median of each 3 x 3 neighbourhood by column minima, medians and maxima; interior pixels only.

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

static unsigned char mid3(unsigned char a, unsigned char b, unsigned char c) {
  unsigned char lo = MIN(a, b), hi = MAX(a, b);
  return MAX(lo, MIN(hi, c));
}

void median_3x3(unsigned w, unsigned h, const unsigned char *in, unsigned char *out) {
  for (unsigned y = 1; y + 1 < h; y++) {
    for (unsigned x = 1; x + 1 < w; x++) {
      unsigned char lo = 0, hi = 255, mid[3];
      for (unsigned k = 0; k < 3; k++) {
        unsigned char a = in[(y - 1) * w + x - 1 + k];
        unsigned char b = in[y * w + x - 1 + k];
        unsigned char c = in[(y + 1) * w + x - 1 + k];
        unsigned char least = MIN(a, MIN(b, c)), most = MAX(a, MAX(b, c));
        lo = MAX(lo, least);
        hi = MIN(hi, most);
        mid[k] = mid3(a, b, c);
      }
      out[y * w + x] = mid3(lo, mid3(mid[0], mid[1], mid[2]), hi);
    }
  }
}
