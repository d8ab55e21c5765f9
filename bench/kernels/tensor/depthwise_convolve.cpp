// Depthwise 3x3 convolution with zero padding, channels last: every tap tests for the border.
#include <cstddef>

namespace nn {

template <int K> struct Filter {
  const float *taps; // [K][K][channels]
  float at(int dy, int dx, int channel, int channels) const {
    return taps[(dy * K + dx) * channels + channel];
  }
};

void depthwise_convolve(const float *image, const float *taps, float *result, int height, int width,
                        int channels) {
  constexpr int kSize = 3;
  const Filter<kSize> filter{taps};
  for (int c = 0; c < channels; ++c) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        float sum = 0.0f;
        for (int dy = 0; dy < kSize; ++dy) {
          for (int dx = 0; dx < kSize; ++dx) {
            const int sy = y + dy - kSize / 2, sx = x + dx - kSize / 2;
            if (sy < 0 || sy >= height || sx < 0 || sx >= width)
              continue;
            sum += image[(sy * width + sx) * channels + c] * filter.at(dy, dx, c, channels);
          }
        }
        result[(y * width + x) * channels + c] = sum;
      }
    }
  }
}

} // namespace nn
