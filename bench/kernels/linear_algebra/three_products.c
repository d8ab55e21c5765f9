/* X = P Q, Y = R S, Z = X Y over global matrices of one size. */
enum { DIM = 112 };

double p[DIM][DIM], q[DIM][DIM], r[DIM][DIM], s[DIM][DIM];
double x[DIM][DIM], y[DIM][DIM], z[DIM][DIM];

void three_products(void) {
  int i, j, k;
  for (i = 0; i < DIM; i++) {
    for (j = 0; j < DIM; j++) {
      x[i][j] = 0.0;
      for (k = 0; k < DIM; k++)
        x[i][j] += p[i][k] * q[k][j];
    }
  }
  for (i = 0; i < DIM; i++) {
    for (j = 0; j < DIM; j++) {
      y[i][j] = 0.0;
      for (k = 0; k < DIM; k++)
        y[i][j] += r[i][k] * s[k][j];
    }
  }
  for (i = 0; i < DIM; i++) {
    for (j = 0; j < DIM; j++) {
      z[i][j] = 0.0;
      for (k = 0; k < DIM; k++)
        z[i][j] += x[i][k] * y[k][j];
    }
  }
}
