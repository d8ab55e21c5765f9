// Two-dimensional 8 x 8 cosine transform of each tile of an image: basis * tile * transposed basis.

double basis[8][8];

void block_cosine_transform(int tiles_x, int tiles_y, const double *image, double *coefficient) {
  int width = 8 * tiles_x;
  for (int ty = 0; ty < tiles_y; ty++) {
    for (int tx = 0; tx < tiles_x; tx++) {
      double half[8][8];
      const double *tile = image + 8 * ty * width + 8 * tx;
      double *result = coefficient + 8 * ty * width + 8 * tx;
      for (int u = 0; u < 8; u++)
        for (int x = 0; x < 8; x++) {
          half[u][x] = 0.0;
          for (int y = 0; y < 8; y++)
            half[u][x] += basis[u][y] * tile[y * width + x];
        }
      for (int u = 0; u < 8; u++)
        for (int v = 0; v < 8; v++) {
          double sum = 0.0;
          for (int x = 0; x < 8; x++)
            sum += half[u][x] * basis[v][x];
          result[u * width + v] = sum;
        }
    }
  }
}
