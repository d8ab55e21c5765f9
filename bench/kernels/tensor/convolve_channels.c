/* Two-dimensional convolution, channels before rows before columns, no padding, stride one. */

void convolve_channels(int in_ch, int out_ch, int h, int w, int k, const float *input, const float *weight,
                       const float *bias, float *output) {
  int oh = h - k + 1, ow = w - k + 1;
  for (int o = 0; o < out_ch; o++)
    for (int y = 0; y < oh; y++)
      for (int x = 0; x < ow; x++) {
        float sum = bias[o];
        for (int c = 0; c < in_ch; c++)
          for (int dy = 0; dy < k; dy++)
            for (int dx = 0; dx < k; dx++)
              sum += input[(c * h + y + dy) * w + x + dx] * weight[((o * in_ch + c) * k + dy) * k + dx];
        output[(o * oh + y) * ow + x] = sum;
      }
}
