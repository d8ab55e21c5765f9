// Largest sum of any axis-parallel sub-rectangle: for each pair of rows, the best run over their column sums.

long max_subrectangle(int rows, int cols, const int *grid, long *colsum) {
  long best = grid[0];
  for (int top = 0; top < rows; top++) {
    for (int c = 0; c < cols; c++)
      colsum[c] = 0;
    for (int bottom = top; bottom < rows; bottom++) {
      long run = 0;
      for (int c = 0; c < cols; c++) {
        colsum[c] += grid[bottom * cols + c];
        run = run > 0 ? run + colsum[c] : colsum[c];
        if (run > best)
          best = run;
      }
    }
  }
  return best;
}
