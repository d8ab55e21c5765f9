/* Three-point averaging of a line, many rounds, copying back after each round. */

void smooth_line(int n, int rounds, double *line, double *next) {
  for (int r = 0; r < rounds; r++) {
    for (int i = 1; i < n - 1; i++)
      next[i] = (line[i - 1] + line[i] + line[i + 1]) / 3.0;
    for (int i = 1; i < n - 1; i++)
      line[i] = next[i];
  }
}
