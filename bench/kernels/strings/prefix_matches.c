// For each place of a text the length of the longest match with the text's own beginning (the Z array).

void prefix_matches(int n, const unsigned char *text, int *length) {
  int left = 0, right = 0;
  if (n > 0)
    length[0] = n;
  for (int i = 1; i < n; i++) {
    int k = 0;
    if (i < right) {
      k = length[i - left];
      if (k > right - i)
        k = right - i;
    }
    while (i + k < n && text[k] == text[i + k])
      k++;
    if (i + k > right) {
      left = i;
      right = i + k;
    }
    length[i] = k;
  }
}
