// Expected cost of the optimal binary search tree for key frequencies, over all ranges of keys.

void optimal_bst(int n, const float *freq, float *prefix, float *cost) {
  prefix[0] = 0.0f;
  for (int i = 0; i < n; i++)
    prefix[i + 1] = prefix[i] + freq[i];
  // cost[a * (n + 1) + b] is the best tree over keys a .. b-1.
  for (int i = 0; i <= n; i++)
    for (int j = 0; j <= n; j++)
      cost[i * (n + 1) + j] = 0.0f;
  for (int len = 1; len <= n; len++) {
    for (int a = 0; a + len <= n; a++) {
      int b = a + len;
      float best = 3.0e38f;
      for (int root = a; root < b; root++) {
        float c = cost[a * (n + 1) + root] + cost[(root + 1) * (n + 1) + b];
        if (c < best)
          best = c;
      }
      cost[a * (n + 1) + b] = best + prefix[b] - prefix[a];
    }
  }
}
