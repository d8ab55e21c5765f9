/* Unfolds an image with channels into the matrix whose columns are 3x3 patches, zeros beyond the border. */

void unfold_patches(int channels, int h, int w, const float *restrict image, float *restrict matrix) {
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      for (int c = 0; c < channels; c++)
        for (int dy = 0; dy < 3; dy++)
          for (int dx = 0; dx < 3; dx++) {
            int sy = y + dy - 1, sx = x + dx - 1;
            float v = 0.0f;
            if (sy >= 0 && sy < h && sx >= 0 && sx < w)
              v = image[(c * h + sy) * w + sx];
            matrix[(((c * 3 + dy) * 3 + dx) * h + y) * w + x] = v;
          }
}
