void clamp(int n, float low, float high, const float *x, float *y) {
  for (int i = 0; i < n; i++) {
    float v = x[i];
    if (v > high)
      v = high;
    if (v < low)
      v = low;
    y[i] = v;
  }
}
