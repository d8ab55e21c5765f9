/* Batch normalisation in training form: moments per channel over batch and plane, then scale and shift. */
#include <math.h>

void normalise_channels(int batch, int channels, int plane, const float *x, const float *scale,
                        const float *shift, float *y) {
  for (int c = 0; c < channels; c++) {
    float mean = 0.0f, variance = 0.0f;
    int count = batch * plane;
    for (int b = 0; b < batch; b++)
      for (int p = 0; p < plane; p++)
        mean += x[(b * channels + c) * plane + p];
    mean /= count;
    for (int b = 0; b < batch; b++)
      for (int p = 0; p < plane; p++) {
        float d = x[(b * channels + c) * plane + p] - mean;
        variance += d * d;
      }
    variance /= count;
    for (int b = 0; b < batch; b++)
      for (int p = 0; p < plane; p++) {
        int at = (b * channels + c) * plane + p;
        y[at] = scale[c] * (x[at] - mean) / sqrtf(variance + 1e-5f) + shift[c];
      }
  }
}
