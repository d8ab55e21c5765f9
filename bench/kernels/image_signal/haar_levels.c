// Haar wavelet transform of a square image in place: rows then columns, halving the side at each level.

void haar_levels(int side, int levels, float *image, float *line) {
  for (int level = 0, n = side; level < levels && n >= 2; level++, n /= 2) {
    int half = n / 2;
    for (int r = 0; r < 2 * half; r++) {
      for (int c = 0; c < half; c++) {
        float a = image[r * side + 2 * c], b = image[r * side + 2 * c + 1];
        line[c] = (a + b) * 0.5f;
        line[half + c] = (a - b) * 0.5f;
      }
      for (int c = 0; c < 2 * half; c++)
        image[r * side + c] = line[c];
    }
    for (int c = 0; c < 2 * half; c++) {
      for (int r = 0; r < half; r++) {
        float a = image[2 * r * side + c], b = image[(2 * r + 1) * side + c];
        line[r] = (a + b) * 0.5f;
        line[half + r] = (a - b) * 0.5f;
      }
      for (int r = 0; r < 2 * half; r++)
        image[r * side + c] = line[r];
    }
  }
}
