// Lower bound of every query in one sorted table.

void binary_search_batch(int n, int queries, const double *table, const double *query, int *position) {
  for (int q = 0; q < queries; q++) {
    int lo = 0, hi = n;
    while (lo < hi) {
      int mid = lo + (hi - lo) / 2;
      if (table[mid] < query[q])
        lo = mid + 1;
      else
        hi = mid;
    }
    position[q] = lo;
  }
}
