// Gray code of each number and back again by prefix exclusive-or; counts the values that do not come back.

unsigned gray_codes(unsigned n, const unsigned *value, unsigned *gray, unsigned *back) {
  unsigned wrong = 0;
  for (unsigned i = 0; i < n; i++)
    gray[i] = value[i] ^ (value[i] >> 1);
  for (unsigned i = 0; i < n; i++) {
    unsigned v = 0;
    for (unsigned g = gray[i]; g != 0; g >>= 1)
      v ^= g;
    back[i] = v;
  }
  for (unsigned i = 0; i < n; i++)
    if (back[i] != value[i])
      wrong++;
  return wrong;
}
