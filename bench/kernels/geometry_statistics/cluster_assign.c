// Assigns each point to its nearest cluster centre and gathers the new centres' sums and counts.

void cluster_assign(int n, int d, int k, const float *point, const float *centre, int *owner, float *sum,
                    int *count) {
  for (int c = 0; c < k; c++) {
    count[c] = 0;
    for (int j = 0; j < d; j++)
      sum[c * d + j] = 0.0f;
  }
  for (int i = 0; i < n; i++) {
    int best = 0;
    float nearest = 3.0e38f;
    for (int c = 0; c < k; c++) {
      float distance = 0.0f;
      for (int j = 0; j < d; j++) {
        float diff = point[i * d + j] - centre[c * d + j];
        distance += diff * diff;
      }
      if (distance < nearest) {
        nearest = distance;
        best = c;
      }
    }
    owner[i] = best;
    count[best]++;
    for (int j = 0; j < d; j++)
      sum[best * d + j] += point[i * d + j];
  }
}
