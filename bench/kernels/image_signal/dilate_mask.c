// Grey dilation of an image by an arbitrary square mask: each pixel becomes the maximum under the mask's set
// cells.

void dilate_mask(int w, int h, int radius, const unsigned char *image, const unsigned char *mask,
                 unsigned char *out) {
  int side = 2 * radius + 1;
  for (int y = 0; y < h; y++) {
    for (int x = 0; x < w; x++) {
      unsigned char best = 0;
      for (int j = 0; j < side; j++) {
        int yy = y + j - radius;
        if (yy < 0 || yy >= h)
          continue;
        for (int i = 0; i < side; i++) {
          int xx = x + i - radius;
          if (xx < 0 || xx >= w || !(mask[j * side + i] & 1))
            continue;
          if (image[yy * w + xx] > best)
            best = image[yy * w + xx];
        }
      }
      out[y * w + x] = best;
    }
  }
}
