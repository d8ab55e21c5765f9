// Best global alignment score of two sequences with affine gap costs: three score tables, filled row by row.

static inline float max2(float x, float y) { return x > y ? x : y; }

float affine_alignment(int n, int m, const unsigned char *s, const unsigned char *t, float open, float extend,
                       float match[n + 1][m + 1], float gap_s[n + 1][m + 1], float gap_t[n + 1][m + 1]) {
  const float low = -1.0e30f;
  for (int i = 0; i <= n; i++) {
    match[i][0] = i == 0 ? 0.0f : low;
    gap_s[i][0] = -open - extend * (float)i;
    gap_t[i][0] = low;
  }
  for (int j = 1; j <= m; j++) {
    match[0][j] = low;
    gap_s[0][j] = low;
    gap_t[0][j] = -open - extend * (float)j;
  }
  for (int i = 1; i <= n; i++) {
    for (int j = 1; j <= m; j++) {
      float score = s[i - 1] == t[j - 1] ? 2.0f : -1.5f;
      float diagonal = max2(match[i - 1][j - 1], max2(gap_s[i - 1][j - 1], gap_t[i - 1][j - 1]));
      match[i][j] = diagonal + score;
      gap_s[i][j] = max2(match[i - 1][j] - open, gap_s[i - 1][j] - extend);
      gap_t[i][j] = max2(match[i][j - 1] - open, gap_t[i][j - 1] - extend);
    }
  }
  return max2(match[n][m], max2(gap_s[n][m], gap_t[n][m]));
}
