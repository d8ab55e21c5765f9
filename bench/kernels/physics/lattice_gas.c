/* One D2Q9 lattice Boltzmann step with single relaxation time: collide, push to the neighbours. */
#define Q 9

static const int shift_x[Q] = {0, 1, 0, -1, 0, 1, -1, -1, 1};
static const int shift_y[Q] = {0, 0, 1, 0, -1, 1, 1, -1, -1};
static const double share[Q] = {4.0 / 9,  1.0 / 9,  1.0 / 9,  1.0 / 9, 1.0 / 9,
                                1.0 / 36, 1.0 / 36, 1.0 / 36, 1.0 / 36};

void lattice_gas(int h, int w, double omega, double (*from)[Q], double (*to)[Q]) {
  for (int y = 0; y < h; y++) {
    for (int x = 0; x < w; x++) {
      const double *f = from[y * w + x];
      double rho = 0.0, ux = 0.0, uy = 0.0;
      for (int q = 0; q < Q; q++) {
        rho += f[q];
        ux += f[q] * shift_x[q];
        uy += f[q] * shift_y[q];
      }
      ux /= rho;
      uy /= rho;
      double square = 1.5 * (ux * ux + uy * uy);
      for (int q = 0; q < Q; q++) {
        double along = 3.0 * (shift_x[q] * ux + shift_y[q] * uy);
        double rest = share[q] * rho * (1.0 + along + 0.5 * along * along - square);
        int tx = (x + shift_x[q] + w) % w, ty = (y + shift_y[q] + h) % h;
        to[ty * w + tx][q] = f[q] + omega * (rest - f[q]);
      }
    }
  }
}
