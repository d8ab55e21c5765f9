// Splits interleaved 16-bit audio into float channels with a gain, and keeps each channel's peak.
#include <stdint.h>

void deinterleave_audio(int frames, int channels, float gain, const int16_t *in, float *out, float *peak) {
  for (int c = 0; c < channels; c++)
    peak[c] = 0.0f;
  for (int f = 0; f < frames; f++) {
    for (int c = 0; c < channels; c++) {
      float v = (float)in[f * channels + c] * gain;
      out[c * frames + f] = v;
      float size = v < 0.0f ? -v : v;
      if (size > peak[c])
        peak[c] = size;
    }
  }
}
