// Doubled areas and normals of the triangles of an indexed mesh, and each vertex's share of area.
#include <math.h>

struct vertex {
  float x, y, z;
};

void mesh_areas(int vertices, int triangles, const struct vertex *v, const int *corner, float *area,
                struct vertex *normal, float *share) {
  for (int i = 0; i < vertices; i++)
    share[i] = 0.0f;
  for (int t = 0; t < triangles; t++) {
    struct vertex a = v[corner[3 * t]], b = v[corner[3 * t + 1]], c = v[corner[3 * t + 2]];
    float ux = b.x - a.x, uy = b.y - a.y, uz = b.z - a.z;
    float wx = c.x - a.x, wy = c.y - a.y, wz = c.z - a.z;
    normal[t].x = uy * wz - uz * wy;
    normal[t].y = uz * wx - ux * wz;
    normal[t].z = ux * wy - uy * wx;
    area[t] = sqrtf(normal[t].x * normal[t].x + normal[t].y * normal[t].y + normal[t].z * normal[t].z);
    for (int k = 0; k < 3; k++)
      share[corner[3 * t + k]] += area[t];
  }
}
