// Fewest multiplications for a chain of matrices of shapes dims[i] x dims[i+1], with the place of each best
// split.

#define CHAIN 160

unsigned long cost[CHAIN][CHAIN];
short split_at[CHAIN][CHAIN];

unsigned long matrix_chain(const unsigned *dims) {
  for (int i = 0; i < CHAIN; i++) {
    cost[i][i] = 0;
    split_at[i][i] = 0;
  }
  for (int len = 2; len <= CHAIN; len++) {
    for (int i = 0; i + len <= CHAIN; i++) {
      int j = i + len - 1;
      cost[i][j] = ~0ul;
      for (int k = i; k < j; k++) {
        unsigned long c = cost[i][k] + cost[k + 1][j] + (unsigned long)dims[i] * dims[k + 1] * dims[j + 1];
        if (c < cost[i][j]) {
          cost[i][j] = c;
          split_at[i][j] = (short)k;
        }
      }
    }
  }
  return cost[0][CHAIN - 1];
}
