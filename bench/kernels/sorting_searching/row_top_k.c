// The eight largest values of each row, in falling order, with their columns.

#define TOP 8

void row_top_k(int rows, int cols, const double *scores, double *value, int *column) {
  for (int r = 0; r < rows; r++) {
    double *v = value + r * TOP;
    int *c = column + r * TOP;
    for (int k = 0; k < TOP; k++) {
      v[k] = -1.0e300;
      c[k] = -1;
    }
    for (int j = 0; j < cols; j++) {
      double s = scores[r * cols + j];
      if (!(s > v[TOP - 1]))
        continue;
      int k = TOP - 1;
      for (; k > 0 && v[k - 1] < s; k--) {
        v[k] = v[k - 1];
        c[k] = c[k - 1];
      }
      v[k] = s;
      c[k] = j;
    }
  }
}
