/* y += A x for a matrix given as unordered triplets. */

struct triplet {
  int row;
  int column;
  double value;
};

void triplet_matvec(int entries, const struct triplet *a, const double *x, double *y) {
  for (int p = 0; p < entries; p++)
    y[a[p].row] += a[p].value * x[a[p].column];
}
