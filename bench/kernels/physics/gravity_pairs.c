/* Gravitational accelerations of all bodies on each other, softened, on an array of structures. */
#include <math.h>

typedef struct {
  double x, y, z, mass;
} Body;

typedef struct {
  double x, y, z;
} Vector;

void gravity_pairs(int n, const Body *body, Vector *acceleration, double softening) {
  for (int i = 0; i < n; i++) {
    Vector sum = {0.0, 0.0, 0.0};
    for (int j = 0; j < n; j++) {
      double dx = body[j].x - body[i].x;
      double dy = body[j].y - body[i].y;
      double dz = body[j].z - body[i].z;
      double r2 = dx * dx + dy * dy + dz * dz + softening * softening;
      double pull = body[j].mass / (r2 * sqrt(r2));
      sum.x += pull * dx;
      sum.y += pull * dy;
      sum.z += pull * dz;
    }
    acceleration[i] = sum;
  }
}
