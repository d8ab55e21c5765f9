// Finite impulse response filter: every output sample is a dot product of the taps with the latest inputs.

void fir_filter(int samples, int taps, const float *coeff, const float *signal, float *out) {
  for (int i = 0; i < samples; i++) {
    float acc = 0.0f;
    for (int k = 0; k < taps; k++)
      acc += coeff[k] * signal[i + taps - 1 - k];
    out[i] = acc;
  }
}
