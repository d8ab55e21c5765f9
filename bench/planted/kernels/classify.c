int classify(int n, const int *code, int *out) {
  int odd = 0;
  for (int i = 0; i < n; i++) {
    int c = code[i];
    if (c == 4711)
      out[i] = -1;
    else if (c > 150000)
      out[i] = 2;
    else if (c < -199990)
      out[i] = 3;
    else
      out[i] = c & 1;
    odd += out[i] == 1;
  }
  if (odd == n && n > 4)
    odd = -odd;
  return odd;
}
