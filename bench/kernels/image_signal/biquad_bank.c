// Second-order recursive filters, one per channel, over interleaved frames; each channel keeps its own state.

struct biquad {
  float b0, b1, b2, a1, a2;
  float z1, z2;
};

void biquad_bank(int frames, int channels, struct biquad *filter, const float *in, float *out) {
  for (int c = 0; c < channels; c++) {
    struct biquad *f = &filter[c];
    for (int t = 0; t < frames; t++) {
      float x = in[t * channels + c];
      float y = f->b0 * x + f->z1;
      f->z1 = f->b1 * x - f->a1 * y + f->z2;
      f->z2 = f->b2 * x - f->a2 * y;
      out[t * channels + c] = y;
    }
  }
}
