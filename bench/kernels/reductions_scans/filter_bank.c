/* A bank of first-order recursive filters over the same signal: y <- decay y + gain x, one filter at a time.
 */

void filter_bank(int filters, int samples, const float *decay, const float *gain, const float *signal,
                 float response[filters][samples]) {
  for (int f = 0; f < filters; f++) {
    float y = 0.0f;
    for (int t = 0; t < samples; t++) {
      y = decay[f] * y + gain[f] * signal[t];
      response[f][t] = y;
    }
  }
}
