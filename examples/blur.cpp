// A 5-tap separable blur over an image of fixed size, as a template instantiated for float.
namespace {
constexpr int kHeight = 512, kWidth = 512;
constexpr float kTap[5] = {0.0625f, 0.25f, 0.375f, 0.25f, 0.0625f};

template <typename T> void columns(const T (*in)[kWidth], T (*out)[kWidth]) {
  for (int x = 0; x < kWidth; x++)
    for (int y = 2; y < kHeight - 2; y++) {
      T sum = 0;
      for (int k = 0; k < 5; k++)
        sum += kTap[k] * in[y + k - 2][x];
      out[y][x] = sum;
    }
}

template <typename T> void rows(const T (*in)[kWidth], T (*out)[kWidth]) {
  for (int x = 2; x < kWidth - 2; x++)
    for (int y = 0; y < kHeight; y++) {
      T sum = 0;
      for (int k = 0; k < 5; k++)
        sum += kTap[k] * in[y][x + k - 2];
      out[y][x] = sum;
    }
}
} // namespace

extern "C" void blur(const float (*image)[kWidth], float (*scratch)[kWidth], float (*result)[kWidth]) {
  columns(image, scratch);
  rows(scratch, result);
}
