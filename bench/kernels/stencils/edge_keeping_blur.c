/* Anisotropic diffusion of an image: conductance falls with the local gradient, so that edges stay sharp. */

static float conduct(float gradient, float kappa) {
  float q = gradient / kappa;
  return gradient / (1.0f + q * q);
}

void edge_keeping_blur(int h, int w, int rounds, float kappa, float rate, float image[h][w],
                       float fresh[h][w]) {
  for (int r = 0; r < rounds; r++) {
    for (int y = 1; y < h - 1; y++) {
      for (int x = 1; x < w - 1; x++) {
        float north = conduct(image[y - 1][x] - image[y][x], kappa);
        float south = conduct(image[y + 1][x] - image[y][x], kappa);
        float west = conduct(image[y][x - 1] - image[y][x], kappa);
        float east = conduct(image[y][x + 1] - image[y][x], kappa);
        fresh[y][x] = image[y][x] + rate * (north + south + west + east);
      }
    }
    for (int y = 1; y < h - 1; y++)
      for (int x = 1; x < w - 1; x++)
        image[y][x] = fresh[y][x];
  }
}
