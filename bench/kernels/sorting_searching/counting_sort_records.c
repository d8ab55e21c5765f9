// Stable counting sort of records by their 8-bit bucket.

struct record {
  float weight;
  int id;
  unsigned char bucket;
};

void counting_sort_records(int n, const struct record *in, struct record *out, int *start) {
  for (int b = 0; b <= 256; b++)
    start[b] = 0;
  for (int i = 0; i < n; i++)
    start[in[i].bucket + 1]++;
  for (int b = 0; b < 256; b++)
    start[b + 1] += start[b];
  for (int i = 0; i < n; i++) {
    int place = start[in[i].bucket]++;
    out[place].weight = in[i].weight;
    out[place].id = in[i].id;
    out[place].bucket = in[i].bucket;
  }
}
