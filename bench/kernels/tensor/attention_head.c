/* One attention head: scores Q Kᵀ, row softmax, weighted sum of V, in three plain loop nests. */
#include <math.h>

void attention_head(int tokens, int width, const float *q, const float *k, const float *v, float *score,
                    float *out) {
  float scale = 1.0f / sqrtf((float)width);
  for (int i = 0; i < tokens; i++)
    for (int j = 0; j < tokens; j++) {
      float sum = 0.0f;
      for (int d = 0; d < width; d++)
        sum += q[i * width + d] * k[j * width + d];
      score[i * tokens + j] = sum * scale;
    }
  for (int i = 0; i < tokens; i++) {
    float top = score[i * tokens], sum = 0.0f;
    for (int j = 1; j < tokens; j++)
      top = fmaxf(top, score[i * tokens + j]);
    for (int j = 0; j < tokens; j++)
      sum += score[i * tokens + j] = expf(score[i * tokens + j] - top);
    for (int j = 0; j < tokens; j++)
      score[i * tokens + j] /= sum;
  }
  for (int i = 0; i < tokens; i++)
    for (int d = 0; d < width; d++) {
      out[i * width + d] = 0.0f;
      for (int j = 0; j < tokens; j++)
        out[i * width + d] += score[i * tokens + j] * v[j * width + d];
    }
}
