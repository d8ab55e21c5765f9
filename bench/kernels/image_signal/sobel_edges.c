// Edge strength (|gx| + |gy|, clipped) by 3 x 3 gradient masks held in small tables, with the strongest edge
// returned.

int sobel_edges(int rows, int cols, const unsigned char img[rows][cols], unsigned char edge[rows][cols]) {
  static const int mask_x[3][3] = {{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};
  static const int mask_y[3][3] = {{-1, -2, -1}, {0, 0, 0}, {1, 2, 1}};
  int strongest = 0;
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < cols; c++)
      edge[r][c] = 0;
  for (int r = 1; r < rows - 1; r++) {
    for (int c = 1; c < cols - 1; c++) {
      int gx = 0, gy = 0;
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          gx += mask_x[i][j] * img[r + i - 1][c + j - 1];
          gy += mask_y[i][j] * img[r + i - 1][c + j - 1];
        }
      }
      int strength = (gx < 0 ? -gx : gx) + (gy < 0 ? -gy : gy);
      if (strength > strongest)
        strongest = strength;
      edge[r][c] = (unsigned char)(strength > 255 ? 255 : strength);
    }
  }
  return strongest;
}
