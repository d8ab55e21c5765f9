/* Gauss-Seidel sweeps over a plane: each point uses the neighbours that the same sweep already renewed. */

void sweep_in_place(int n, int sweeps, double *u, const double *source, double h) {
  for (int s = 0; s < sweeps; s++)
    for (int i = 1; i < n - 1; i++)
      for (int j = 1; j < n - 1; j++)
        u[i * n + j] = 0.25 * (u[(i - 1) * n + j] + u[(i + 1) * n + j] + u[i * n + j - 1] + u[i * n + j + 1] -
                               h * h * source[i * n + j]);
}
