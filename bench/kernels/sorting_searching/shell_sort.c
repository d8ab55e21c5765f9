// Sorts integers by diminishing increments (3h + 1 gaps).

void shell_sort(int n, int *a) {
  int gap = 1;
  while (gap < n / 3)
    gap = 3 * gap + 1;
  for (; gap >= 1; gap /= 3) {
    for (int i = gap; i < n; i++) {
      int x = a[i], j = i;
      for (; j >= gap && a[j - gap] > x; j -= gap)
        a[j] = a[j - gap];
      a[j] = x;
    }
  }
}
