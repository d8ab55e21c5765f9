/* Sum, smallest and largest of every column of a row-major table, one column after another. */

void column_statistics(int rows, int cols, const float *table, float *sum, float *low, float *high) {
  for (int j = 0; j < cols; j++) {
    sum[j] = 0.0f;
    low[j] = table[j];
    high[j] = table[j];
    for (int i = 0; i < rows; i++) {
      float v = table[i * cols + j];
      sum[j] += v;
      if (v < low[j])
        low[j] = v;
      if (v > high[j])
        high[j] = v;
    }
  }
}
