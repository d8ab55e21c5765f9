unsigned checksum(int n, const unsigned *x) {
  unsigned s = 1;
  for (int i = 0; i < n; i++)
    s = s * 31u + x[i];
  return s;
}
