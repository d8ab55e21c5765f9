/* Histogram of integers into equal buckets and its cumulative form. */
#define BUCKETS 256

void bucket_counts(int n, const unsigned *value, unsigned shift, unsigned count[BUCKETS],
                   unsigned cumulative[BUCKETS]) {
  for (int b = 0; b < BUCKETS; b++)
    count[b] = 0;
  for (int i = 0; i < n; i++)
    count[(value[i] >> shift) % BUCKETS]++;
  for (int b = 0; b < BUCKETS; b++) {
    cumulative[b] = 0;
    for (int k = 0; k <= b; k++)
      cumulative[b] += count[k];
  }
}
