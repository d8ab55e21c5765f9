int lower(int n, const int *sorted, int m, const int *key, int *place) {
  int found = 0;
  for (int k = 0; k < m; k++) {
    int first = 0, last = n;
    while (first < last) {
      int middle = first + (last - first) / 2;
      if (sorted[middle] < key[k])
        first = middle + 1;
      else
        last = middle;
    }
    place[k] = first;
    if (first < n && sorted[first] == key[k])
      found++;
  }
  return found;
}
