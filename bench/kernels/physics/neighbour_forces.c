/* Short-range forces between atoms from a fixed-length neighbour list, with coordinates as separate arrays.
 */

void neighbour_forces(int atoms, int per_atom, const int *neighbour, const double *x, const double *y,
                      const double *z, double cutoff, double *fx, double *fy, double *fz) {
  double limit = cutoff * cutoff;
  for (int i = 0; i < atoms; i++) {
    fx[i] = fy[i] = fz[i] = 0.0;
    for (int k = 0; k < per_atom; k++) {
      int j = neighbour[i * per_atom + k];
      double dx = x[i] - x[j], dy = y[i] - y[j], dz = z[i] - z[j];
      double r2 = dx * dx + dy * dy + dz * dz + 0.01;
      if (r2 < limit) {
        double inverse = 1.0 / r2;
        double sixth = inverse * inverse * inverse;
        double strength = 24.0 * inverse * sixth * (2.0 * sixth - 1.0);
        fx[i] += strength * dx;
        fy[i] += strength * dy;
        fz[i] += strength * dz;
      }
    }
  }
}
