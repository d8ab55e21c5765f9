/* Electric half step of a field in a box: three components from the curl of the magnetic field. */

void light_in_box(int nx, int ny, int nz, float c, const float *hx, const float *hy, const float *hz,
                  float *ex, float *ey, float *ez) {
#define AT(i, j, k) (((i) * ny + (j)) * nz + (k))
  for (int k = 1; k < nz; k++)
    for (int j = 1; j < ny; j++)
      for (int i = 0; i < nx; i++)
        ex[AT(i, j, k)] +=
            c * (hz[AT(i, j, k)] - hz[AT(i, j - 1, k)] - hy[AT(i, j, k)] + hy[AT(i, j, k - 1)]);
  for (int k = 1; k < nz; k++)
    for (int j = 0; j < ny; j++)
      for (int i = 1; i < nx; i++)
        ey[AT(i, j, k)] +=
            c * (hx[AT(i, j, k)] - hx[AT(i, j, k - 1)] - hz[AT(i, j, k)] + hz[AT(i - 1, j, k)]);
  for (int k = 0; k < nz; k++)
    for (int j = 1; j < ny; j++)
      for (int i = 1; i < nx; i++)
        ez[AT(i, j, k)] +=
            c * (hy[AT(i, j, k)] - hy[AT(i - 1, j, k)] - hx[AT(i, j, k)] + hx[AT(i, j - 1, k)]);
#undef AT
}
