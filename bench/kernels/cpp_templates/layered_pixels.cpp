// Brightness and contrast on layered pixels: one template over two memory layouts, array of structs to
// planes.
#include <cstddef>

namespace {

struct Packed {
  struct Pixel {
    float r, g, b, weight;
  };
  const Pixel *pixels;
  float get(std::size_t i, int channel) const {
    return channel == 0 ? pixels[i].r : channel == 1 ? pixels[i].g : pixels[i].b;
  }
  float weight(std::size_t i) const { return pixels[i].weight; }
};

struct Planar {
  float *plane[3];
  void set(std::size_t i, int channel, float v) { plane[channel][i] = v; }
};

template <class In, class Out> void adjust(std::size_t n, const In &in, Out &out, float gain, float offset) {
  for (std::size_t i = 0; i < n; ++i)
    for (int c = 0; c < 3; ++c)
      out.set(i, c, (in.get(i, c) * gain + offset) * in.weight(i));
}

} // namespace

extern "C" void layered_pixels(std::size_t n, const void *packed, float gain, float offset, float *r,
                               float *g, float *b) {
  Packed in{static_cast<const Packed::Pixel *>(packed)};
  Planar out{{r, g, b}};
  adjust(n, in, out, gain, offset);
}
