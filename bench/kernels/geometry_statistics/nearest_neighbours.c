// For each point of a cloud the index of its nearest other point and the squared distance to it.

typedef struct {
  double x, y, z;
} point3;

void nearest_neighbours(int n, const point3 *cloud, int *index, double *square) {
  for (int i = 0; i < n; i++) {
    double best = 1.0e300;
    int at = -1;
    for (int j = 0; j < n; j++) {
      if (j == i)
        continue;
      double dx = cloud[j].x - cloud[i].x;
      double dy = cloud[j].y - cloud[i].y;
      double dz = cloud[j].z - cloud[i].z;
      double d = dx * dx + dy * dy + dz * dz;
      if (d < best) {
        best = d;
        at = j;
      }
    }
    index[i] = at;
    square[i] = best;
  }
}
