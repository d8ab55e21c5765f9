unsigned rotate(int n, const unsigned *x, const unsigned *by, unsigned *out) {
  unsigned all = 0;
  for (int i = 0; i < n; i++) {
    unsigned r = by[i] & 31u;
    out[i] = r ? (x[i] << r) | (x[i] >> (32u - r)) : x[i];
    all ^= out[i];
  }
  return all;
}
