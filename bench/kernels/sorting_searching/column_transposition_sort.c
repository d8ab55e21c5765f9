// Sorts every column of a small row-major matrix by odd-even transposition, one column after the other.

#define ROWS 32

void column_transposition_sort(int columns, int *m) {
  for (int c = 0; c < columns; c++) {
    for (int pass = 0; pass < ROWS; pass++) {
      for (int r = pass & 1; r + 1 < ROWS; r += 2) {
        int upper = m[r * columns + c], lower = m[(r + 1) * columns + c];
        if (upper > lower) {
          m[r * columns + c] = lower;
          m[(r + 1) * columns + c] = upper;
        }
      }
    }
  }
}
