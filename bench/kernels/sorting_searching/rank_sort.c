// Sorts by counting, for each element, how many come before it; equal keys keep their order.

void rank_sort(int n, const float *key, int *rank, float *sorted) {
  for (int i = 0; i < n; i++) {
    int before = 0;
    for (int j = 0; j < n; j++) {
      if (key[j] < key[i])
        before++;
      else if (key[j] == key[i] && j < i)
        before++;
    }
    rank[i] = before;
  }
  for (int i = 0; i < n; i++)
    sorted[rank[i]] = key[i];
}
