/* Causal dilated convolution of [channel][time] signals; the time loop is the outer one. */

void dilated_convolve_line(int in_ch, int out_ch, int length, int taps, int dilation, const float *restrict x,
                           const float *restrict kernel, float *restrict y) {
  for (int t = 0; t < length; t++) {
    for (int o = 0; o < out_ch; o++) {
      y[o * length + t] = 0.0f;
      for (int i = 0; i < in_ch; i++)
        for (int k = 0; k < taps; k++)
          if (t - k * dilation >= 0)
            y[o * length + t] += kernel[(o * in_ch + i) * taps + k] * x[i * length + t - k * dilation];
    }
  }
}
