// Histograms of the three interleaved colour channels of an image, and of its integer luma.
#include <stdint.h>
#include <string.h>

struct histograms {
  uint32_t red[256], green[256], blue[256], luma[256];
};

static struct histograms counts;

void channel_histograms(uint64_t pixels, const uint8_t *rgb, uint32_t *out) {
  memset(&counts, 0, sizeof counts);
  for (uint64_t i = 0; i < pixels; i++) {
    unsigned r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
    counts.red[r]++;
    counts.green[g]++;
    counts.blue[b]++;
    counts.luma[(77 * r + 150 * g + 29 * b) >> 8]++;
  }
  for (int i = 0; i < 256; i++) {
    out[i] = counts.red[i];
    out[256 + i] = counts.green[i];
    out[512 + i] = counts.blue[i];
    out[768 + i] = counts.luma[i];
  }
}
