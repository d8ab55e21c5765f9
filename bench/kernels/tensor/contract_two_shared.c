/* R[i][l] = sum over j, k of A[i][j][k] B[k][j][l]; the shared indices change places in B. */

void contract_two_shared(int ni, int nj, int nk, int nl, double a[ni][nj][nk], double b[nk][nj][nl],
                         double r[ni][nl]) {
  for (int i = 0; i < ni; i++)
    for (int l = 0; l < nl; l++) {
      r[i][l] = 0.0;
      for (int j = 0; j < nj; j++)
        for (int k = 0; k < nk; k++)
          r[i][l] += a[i][j][k] * b[k][j][l];
    }
}
