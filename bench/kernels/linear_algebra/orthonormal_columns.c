/* Modified Gram-Schmidt on the columns of a row-major matrix, with the triangular factor in r. */
#include <math.h>

void orthonormal_columns(int rows, int cols, double q[rows][cols], double r[cols][cols]) {
  for (int k = 0; k < cols; k++) {
    double norm = 0.0;
    for (int i = 0; i < rows; i++)
      norm += q[i][k] * q[i][k];
    r[k][k] = sqrt(norm);
    for (int i = 0; i < rows; i++)
      q[i][k] /= r[k][k];
    for (int j = k + 1; j < cols; j++) {
      double dot = 0.0;
      for (int i = 0; i < rows; i++)
        dot += q[i][k] * q[i][j];
      r[k][j] = dot;
      for (int i = 0; i < rows; i++)
        q[i][j] -= dot * q[i][k];
    }
  }
}
