/* Sum of each segment of an array whose borders are given by an offsets array. */

void segment_sums(int segments, const int *begin, const int *value, long long *sum) {
  for (int s = 0; s < segments; s++) {
    sum[s] = 0;
    for (int i = begin[s]; i < begin[s + 1]; i++)
      sum[s] += value[i];
  }
}
