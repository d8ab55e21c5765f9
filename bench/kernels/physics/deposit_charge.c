/* Spreads particle charges on a periodic line of cells with linear weights. */

void deposit_charge(int particles, int cells, const float *position, const float *charge, float *density) {
  for (int c = 0; c < cells; c++)
    density[c] = 0.0f;
  for (int p = 0; p < particles; p++) {
    float x = position[p] * cells;
    int left = 0;
    if (x > 0.0f && x < (float)cells)
      left = (int)x;
    float weight = x - left;
    density[left] += charge[p] * (1.0f - weight);
    density[(left + 1) % cells] += charge[p] * weight;
  }
}
