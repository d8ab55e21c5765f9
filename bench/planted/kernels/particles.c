struct Particle {
  double x, v;
  int cell;
};
int particles(int n, double step, struct Particle *p) {
  int moved = 0;
  for (int i = 0; i < n; i++) {
    p[i].x += step * p[i].v;
    if (p[i].x < 0) {
      p[i].x = -p[i].x;
      p[i].v = -p[i].v;
    }
    int cell = p[i].x >= 63.0 ? 63 : (int)p[i].x;
    if (cell != p[i].cell) {
      p[i].cell = cell;
      moved++;
    }
  }
  return moved;
}
