/* Transposes a matrix in compressed row storage by counting the entries of each column. */

void csr_transpose(int rows, int cols, const int *start, const int *column, const float *value, int *t_start,
                   int *t_column, float *t_value) {
  for (int j = 0; j <= cols; j++)
    t_start[j] = 0;
  for (int p = 0; p < start[rows]; p++)
    t_start[column[p] + 1]++;
  for (int j = 0; j < cols; j++)
    t_start[j + 1] += t_start[j];
  for (int i = 0; i < rows; i++)
    for (int p = start[i]; p < start[i + 1]; p++) {
      int to = t_start[column[p]]++;
      t_column[to] = i;
      t_value[to] = value[p];
    }
  for (int j = cols; j > 0; j--)
    t_start[j] = t_start[j - 1];
  t_start[0] = 0;
}
