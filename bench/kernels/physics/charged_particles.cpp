// Boris push of charged particles through electric and magnetic fields sampled at the nearest cell of a line.
#include <cstddef>

struct Vec3 {
  double x, y, z;
  Vec3 operator+(const Vec3 &o) const { return {x + o.x, y + o.y, z + o.z}; }
  Vec3 operator*(double s) const { return {x * s, y * s, z * s}; }
  double dot(const Vec3 &o) const { return x * o.x + y * o.y + z * o.z; }
  Vec3 cross(const Vec3 &o) const { return {y * o.z - z * o.y, z * o.x - x * o.z, x * o.y - y * o.x}; }
};

struct Particle {
  Vec3 position, velocity;
};

static std::size_t cell(double x, std::size_t cells) {
  const double scaled = x * static_cast<double>(cells);
  if (!(scaled > 0.0))
    return 0;
  return scaled < static_cast<double>(cells - 1) ? static_cast<std::size_t>(scaled) : cells - 1;
}

extern "C" void charged_particles(Particle *particles, std::size_t count, const Vec3 *electric,
                                  const Vec3 *magnetic, std::size_t cells, double half_step) {
  for (std::size_t i = 0; i < count; ++i) {
    Particle &p = particles[i];
    const std::size_t at = cell(p.position.x, cells);
    const Vec3 minus = p.velocity + electric[at] * half_step;
    const Vec3 t = magnetic[at] * half_step;
    const Vec3 prime = minus + minus.cross(t);
    const Vec3 plus = minus + prime.cross(t * (2.0 / (1.0 + t.dot(t))));
    p.velocity = plus + electric[at] * half_step;
    p.position = p.position + p.velocity * (2.0 * half_step);
  }
}
