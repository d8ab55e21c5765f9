void quotients(int n, const int *a, int *q, int *r) {
  for (int i = 0; i < n; i++) {
    q[i] = a[i] / 8;
    r[i] = a[i] % 8;
  }
}
