/* Steady heat on a plate: five-point relaxation between two planes, two half steps per round. */

void relax_plate(int rows, int cols, int rounds, double a[rows][cols], double b[rows][cols]) {
  for (int r = 0; r < rounds; r++) {
    for (int i = 1; i < rows - 1; i++)
      for (int j = 1; j < cols - 1; j++)
        b[i][j] = 0.25 * (a[i - 1][j] + a[i + 1][j] + a[i][j - 1] + a[i][j + 1]);
    for (int i = 1; i < rows - 1; i++)
      for (int j = 1; j < cols - 1; j++)
        a[i][j] = 0.25 * (b[i - 1][j] + b[i + 1][j] + b[i][j - 1] + b[i][j + 1]);
  }
}
