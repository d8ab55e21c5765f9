/* Forces in a cloth of point masses joined by springs to four neighbours, then one explicit step. */
#include <math.h>

static void pull(const float *a, const float *b, float rest, float stiffness, float *force) {
  float d[3], length = 0.0f;
  for (int k = 0; k < 3; k++) {
    d[k] = b[k] - a[k];
    length += d[k] * d[k];
  }
  length = sqrtf(length) + 1e-6f;
  for (int k = 0; k < 3; k++)
    force[k] += stiffness * (length - rest) * d[k] / length;
}

void cloth_springs(int n, float rest, float stiffness, float dt, float *position, float *velocity,
                   float *force) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      const float *me = position + 3 * (i * n + j);
      float *f = force + 3 * (i * n + j);
      f[0] = f[1] = 0.0f;
      f[2] = -9.81f;
      if (i > 0)
        pull(me, me - 3 * n, rest, stiffness, f);
      if (i < n - 1)
        pull(me, me + 3 * n, rest, stiffness, f);
      if (j > 0)
        pull(me, me - 3, rest, stiffness, f);
      if (j < n - 1)
        pull(me, me + 3, rest, stiffness, f);
    }
  for (int k = 0; k < 3 * n * n; k++) {
    velocity[k] += dt * force[k];
    position[k] += dt * velocity[k];
  }
}
