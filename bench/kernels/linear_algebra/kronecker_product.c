/* K = A ⊗ B for two small rectangular matrices. */

void kronecker_product(int ar, int ac, int br, int bc, const float *a, const float *b, float *k) {
  for (int j = 0; j < ac; j++)
    for (int q = 0; q < bc; q++)
      for (int i = 0; i < ar; i++)
        for (int p = 0; p < br; p++)
          k[(i * br + p) * (ac * bc) + j * bc + q] = a[i * ac + j] * b[p * bc + q];
}
