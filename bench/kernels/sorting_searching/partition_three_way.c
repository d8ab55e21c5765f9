// Reorders values into below, inside and above a band, stably, and returns where the second and third parts
// begin.

void partition_three_way(int n, int low, int high, const int *restrict in, int *restrict out,
                         int *restrict bounds) {
  int below = 0, inside = 0;
  for (int i = 0; i < n; i++) {
    if (in[i] < low)
      below++;
    else if (in[i] <= high)
      inside++;
  }
  bounds[0] = below;
  bounds[1] = below + inside;
  int p = 0, q = bounds[0], r = bounds[1];
  for (int i = 0; i < n; i++) {
    if (in[i] < low)
      out[p++] = in[i];
    else if (in[i] <= high)
      out[q++] = in[i];
    else
      out[r++] = in[i];
  }
}
