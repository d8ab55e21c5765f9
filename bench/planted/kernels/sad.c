typedef unsigned char bytes __attribute__((vector_size(16)));
unsigned short sad(int n, const unsigned char *a, const unsigned char *b) {
  unsigned short s = 0;
  for (int i = 0; i < n; i++)
    s += a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
  return s;
}
