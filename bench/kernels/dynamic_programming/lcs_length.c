// Length of the longest common subsequence of two strings, full (n+1) x (m+1) table.

int lcs_length(int n, int m, const char *a, const char *b, int *table) {
  int width = m + 1;
  for (int j = 0; j <= m; j++)
    table[j] = 0;
  for (int i = 1; i <= n; i++) {
    table[i * width] = 0;
    for (int j = 1; j <= m; j++) {
      if (a[i - 1] == b[j - 1]) {
        table[i * width + j] = table[(i - 1) * width + (j - 1)] + 1;
      } else {
        int up = table[(i - 1) * width + j];
        int left = table[i * width + (j - 1)];
        table[i * width + j] = up > left ? up : left;
      }
    }
  }
  return table[n * width + m];
}
