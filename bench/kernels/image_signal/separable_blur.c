// Five-tap binomial blur of a float image: rows into a scratch image, then columns back; borders are clamped.

static int clamp(int v, int hi) { return v < 0 ? 0 : (v > hi ? hi : v); }

void separable_blur(int width, int height, const float *image, float *scratch, float *out) {
  static const float tap[5] = {0.0625f, 0.25f, 0.375f, 0.25f, 0.0625f};
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      float sum = 0.0f;
      for (int k = -2; k <= 2; k++)
        sum += tap[k + 2] * image[y * width + clamp(x + k, width - 1)];
      scratch[y * width + x] = sum;
    }
  }
  for (int x = 0; x < width; x++) {
    for (int y = 0; y < height; y++) {
      float sum = 0.0f;
      for (int k = -2; k <= 2; k++)
        sum += tap[k + 2] * scratch[clamp(y + k, height - 1) * width + x];
      out[y * width + x] = sum;
    }
  }
}
