/* First-order upwind advection of a tracer by a given flow; the sign of the flow picks the neighbour. */

void advect_upwind(int ny, int nx, float dt, const float *u, const float *v, const float *tracer,
                   float *result) {
  for (int x = 1; x < nx - 1; x++) {
    for (int y = 1; y < ny - 1; y++) {
      int at = y * nx + x;
      float dx, dy;
      if (u[at] > 0.0f)
        dx = tracer[at] - tracer[at - 1];
      else
        dx = tracer[at + 1] - tracer[at];
      if (v[at] > 0.0f)
        dy = tracer[at] - tracer[at - nx];
      else
        dy = tracer[at + nx] - tracer[at];
      result[at] = tracer[at] - dt * (u[at] * dx + v[at] * dy);
    }
  }
}
