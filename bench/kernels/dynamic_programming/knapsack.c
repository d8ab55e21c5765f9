// 0/1 knapsack: the best total value for each capacity from 0 to `capacity`, one item after the other.

void knapsack(int items, int capacity, const int weight[], const int value[], long best[]) {
  for (int c = 0; c <= capacity; c++)
    best[c] = 0;
  for (int i = 0; i < items; i++) {
    for (int c = capacity; c >= weight[i]; c--) {
      long with = best[c - weight[i]] + value[i];
      if (with > best[c])
        best[c] = with;
    }
  }
}
