typedef float vector __attribute__((vector_size(32)));
void fixed(const float x[64], float y[64]) {
  for (int i = 0; i < 64; i++)
    y[i] = x[i] * x[i] + 1.0f;
}
