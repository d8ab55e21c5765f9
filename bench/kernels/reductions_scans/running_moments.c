/* Mean and variance of interleaved channels by the numerically stable one-pass update. */

void running_moments(int channels, int length, const double *stream, double *mean, double *spread) {
  for (int c = 0; c < channels; c++) {
    mean[c] = 0.0;
    spread[c] = 0.0;
    for (int t = 0; t < length; t++) {
      double delta = stream[t * channels + c] - mean[c];
      mean[c] += delta / (t + 1);
      spread[c] += delta * (stream[t * channels + c] - mean[c]);
    }
    if (length > 1)
      spread[c] /= length - 1;
  }
}
