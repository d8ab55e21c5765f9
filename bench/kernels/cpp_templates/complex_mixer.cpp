// Mixes a complex signal with a rotating phasor and sums it in groups, with std::complex-like arrays of
// pairs.
#include <cstddef>

struct Sample {
  float i, q;
};

inline Sample operator*(Sample a, Sample b) { return {a.i * b.i - a.q * b.q, a.i * b.q + a.q * b.i}; }
inline Sample &operator+=(Sample &a, Sample b) {
  a.i += b.i;
  a.q += b.q;
  return a;
}

template <std::size_t Group>
static void mix(std::size_t groups, const Sample *in, const Sample *phasor, Sample *out) {
  for (std::size_t g = 0; g < groups; ++g) {
    Sample sum{0.0f, 0.0f};
    for (std::size_t k = 0; k < Group; ++k)
      sum += in[g * Group + k] * phasor[k];
    out[g] = sum;
  }
}

extern "C" void complex_mixer(std::size_t groups, const Sample *in, const Sample *phasor, Sample *out) {
  mix<16>(groups, in, phasor, out);
}
