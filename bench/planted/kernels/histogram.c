void histogram(int n, const unsigned char *key, unsigned *bins) {
  for (int i = 0; i < n; i++)
    bins[key[i]] += 1;
}
