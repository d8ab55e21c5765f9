// Moves the corner points of many rigid bodies: rotation by a unit quaternion, then translation.
#include <array>
#include <cmath>
#include <cstddef>

struct Pose {
  float w, x, y, z; // rotation, not necessarily of unit length
  float tx, ty, tz; // translation
};

using Rotation = std::array<std::array<float, 3>, 3>;

static Rotation rotation(const Pose &p) {
  const float inverse = 1.0f / std::sqrt(p.w * p.w + p.x * p.x + p.y * p.y + p.z * p.z);
  const float w = p.w * inverse, x = p.x * inverse, y = p.y * inverse, z = p.z * inverse;
  return {{{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
           {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
           {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}}};
}

extern "C" void rigid_bodies(const Pose *poses, std::size_t bodies, const float (*points)[3],
                             std::size_t corners, float (*moved)[3]) {
  for (std::size_t c = 0; c < corners; ++c) {
    for (std::size_t b = 0; b < bodies; ++b) {
      const Rotation r = rotation(poses[b]);
      const float shift[3] = {poses[b].tx, poses[b].ty, poses[b].tz};
      for (int i = 0; i < 3; ++i) {
        float sum = shift[i];
        for (int j = 0; j < 3; ++j)
          sum += r[i][j] * points[c][j];
        moved[b * corners + c][i] = sum;
      }
    }
  }
}
