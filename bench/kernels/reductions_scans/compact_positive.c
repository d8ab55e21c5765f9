/* Stream compaction by a scan: flags, exclusive prefix sums of the flags, then a scatter. */

int compact_positive(int n, const int *input, int *flag, int *place, int *output) {
  for (int i = 0; i < n; i++)
    flag[i] = input[i] > 0 ? 1 : 0;
  int total = 0;
  for (int i = 0; i < n; i++) {
    place[i] = total;
    total += flag[i];
  }
  for (int i = 0; i < n; i++)
    if (flag[i])
      output[place[i]] = input[i];
  return total;
}
