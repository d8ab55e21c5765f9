/* Softmax over the first axis of a row-major matrix: each column is scaled to sum to one. */
#include <math.h>

void softmax_columns(int classes, int samples, const float *logits, float *prob) {
  for (int s = 0; s < samples; s++) {
    float top = logits[s];
    for (int c = 1; c < classes; c++)
      if (logits[c * samples + s] > top)
        top = logits[c * samples + s];
    float sum = 0.0f;
    for (int c = 0; c < classes; c++) {
      float e = expf(logits[c * samples + s] - top);
      prob[c * samples + s] = e;
      sum += e;
    }
    for (int c = 0; c < classes; c++)
      prob[c * samples + s] /= sum;
  }
}
