// Number of differing characters between a pattern and every window of a text.

void mismatch_counts(int windows, int m, const unsigned char *text, const unsigned char *pattern,
                     int *count) {
  for (int i = 0; i < windows; i++) {
    int differ = 0;
    for (int k = 0; k < m; k++)
      if (text[i + k] != pattern[k])
        differ++;
    count[i] = differ;
  }
}
