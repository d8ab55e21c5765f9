/* Change of basis of a four-index tensor in its first two indices, in two passes. */
#define B 20

double basis[B][B];
double integrals[B][B][B][B];
double half[B][B][B][B];
double transformed[B][B][B][B];

void change_of_basis(void) {
  for (int p = 0; p < B; p++)
    for (int b = 0; b < B; b++)
      for (int r = 0; r < B; r++)
        for (int s = 0; s < B; s++) {
          half[p][b][r][s] = 0.0;
          for (int a = 0; a < B; a++)
            half[p][b][r][s] += basis[a][p] * integrals[a][b][r][s];
        }
  for (int p = 0; p < B; p++)
    for (int q = 0; q < B; q++)
      for (int r = 0; r < B; r++)
        for (int s = 0; s < B; s++) {
          transformed[p][q][r][s] = 0.0;
          for (int b = 0; b < B; b++)
            transformed[p][q][r][s] += basis[b][q] * half[p][b][r][s];
        }
}
