/* Copies a tensor [n][c][h][w] to [n][h][w][c], channels last. */

void reorder_axes(int n, int c, int h, int w, const float *from, float *to) {
  for (int b = 0; b < n; b++)
    for (int y = 0; y < h; y++)
      for (int x = 0; x < w; x++)
        for (int k = 0; k < c; k++)
          to[((b * h + y) * w + x) * c + k] = from[((b * c + k) * h + y) * w + x];
}
