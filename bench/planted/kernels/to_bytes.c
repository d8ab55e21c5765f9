void to_bytes(int n, const float *x, unsigned char *out) {
  for (int i = 0; i < n; i++) {
    float v = x[i];
    out[i] = v >= 255.0f ? 255 : v > 0.0f ? (unsigned char)(v + 0.5f) : 0;
  }
}
