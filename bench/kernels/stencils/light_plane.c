/* Electromagnetic wave in a plane on a staggered grid: two electric components, one magnetic, a driven edge.
 */
#define ROWS 220
#define COLS 240

double ex[ROWS][COLS];
double ey[ROWS][COLS];
double hz[ROWS][COLS];

void light_plane(int steps, const double *pulse) {
  int t, i, j;
  for (t = 0; t < steps; t++) {
    for (j = 0; j < COLS; j++)
      ey[0][j] = pulse[t];
    for (i = 1; i < ROWS; i++)
      for (j = 0; j < COLS; j++)
        ey[i][j] = ey[i][j] - 0.5 * (hz[i][j] - hz[i - 1][j]);
    for (i = 0; i < ROWS; i++)
      for (j = 1; j < COLS; j++)
        ex[i][j] = ex[i][j] - 0.5 * (hz[i][j] - hz[i][j - 1]);
    for (i = 0; i < ROWS - 1; i++)
      for (j = 0; j < COLS - 1; j++)
        hz[i][j] = hz[i][j] - 0.7 * (ex[i][j + 1] - ex[i][j] + ey[i + 1][j] - ey[i][j]);
  }
}
