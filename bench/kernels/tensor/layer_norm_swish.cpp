// Layer normalisation of each token followed by the hard swish x * clamp(x / 6 + 1/2, 0, 1).
#include <algorithm>
#include <cmath>

namespace {

struct Moments {
  float mean;
  float inverse_deviation;
};

Moments moments(const float *token, int width) {
  float sum = 0.0f, squares = 0.0f;
  for (int i = 0; i < width; ++i) {
    sum += token[i];
    squares += token[i] * token[i];
  }
  const float mean = sum / static_cast<float>(width);
  return {mean, 1.0f / std::sqrt(squares / static_cast<float>(width) - mean * mean + 1e-4f)};
}

} // namespace

extern "C" void layer_norm_swish(float *tokens, const float *gain, const float *offset, int count,
                                 int width) {
  for (int t = 0; t < count; ++t) {
    float *token = tokens + t * width;
    const Moments m = moments(token, width);
    for (int i = 0; i < width; ++i)
      token[i] = (token[i] - m.mean) * m.inverse_deviation * gain[i] + offset[i];
    for (int i = 0; i < width; ++i)
      token[i] *= std::min(std::max(token[i] / 6.0f + 0.5f, 0.0f), 1.0f);
  }
}
