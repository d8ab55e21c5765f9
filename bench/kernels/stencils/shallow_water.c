/* Linear shallow water on a staggered grid: height and two velocities, stored as planes of one array. */

void shallow_water(int n, int steps, double gravity, double depth, double dt, double state[3][n][n]) {
  for (int t = 0; t < steps; t++) {
    for (int i = 0; i < n - 1; i++)
      for (int j = 0; j < n - 1; j++) {
        state[1][i][j] -= dt * gravity * (state[0][i + 1][j] - state[0][i][j]);
        state[2][i][j] -= dt * gravity * (state[0][i][j + 1] - state[0][i][j]);
      }
    for (int i = 1; i < n - 1; i++)
      for (int j = 1; j < n - 1; j++)
        state[0][i][j] -=
            dt * depth * (state[1][i][j] - state[1][i - 1][j] + state[2][i][j] - state[2][i][j - 1]);
  }
}
