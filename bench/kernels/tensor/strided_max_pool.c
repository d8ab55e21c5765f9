/* Maximum pooling with a two by two window and stride two over a stack of feature maps. */

void strided_max_pool(int maps, int oh, int ow, float in[maps][2 * oh][2 * ow], float out[maps][oh][ow]) {
  for (int m = 0; m < maps; m++)
    for (int y = 0; y < oh; y++)
      for (int x = 0; x < ow; x++) {
        float best = in[m][2 * y][2 * x];
        for (int dy = 0; dy < 2; dy++)
          for (int dx = 0; dx < 2; dx++)
            if (in[m][2 * y + dy][2 * x + dx] > best)
              best = in[m][2 * y + dy][2 * x + dx];
        out[m][y][x] = best;
      }
}
