// Cheapest top-to-bottom seam through an energy image: cumulative cost and the step (-1, 0, 1) that led to
// each cell.

void seam_cost(int height, int width, const float *restrict energy, float *restrict total,
               signed char *restrict step) {
  for (int x = 0; x < width; x++) {
    total[x] = energy[x];
    step[x] = 0;
  }
  for (int y = 1; y < height; y++) {
    for (int x = 0; x < width; x++) {
      float best = total[(y - 1) * width + x];
      signed char from = 0;
      if (x > 0 && total[(y - 1) * width + x - 1] < best) {
        best = total[(y - 1) * width + x - 1];
        from = -1;
      }
      if (x < width - 1 && total[(y - 1) * width + x + 1] < best) {
        best = total[(y - 1) * width + x + 1];
        from = 1;
      }
      total[y * width + x] = energy[y * width + x] + best;
      step[y * width + x] = from;
    }
  }
}
