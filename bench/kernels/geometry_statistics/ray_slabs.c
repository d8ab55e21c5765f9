// Slab test of rays against axis-parallel boxes: for each ray the nearest box that it enters, or -1.

void ray_slabs(int rays, int boxes, const float *origin, const float *inverse, const float *low,
               const float *high, int *hit, float *entry) {
  for (int r = 0; r < rays; r++) {
    hit[r] = -1;
    entry[r] = 1.0e30f;
    for (int b = 0; b < boxes; b++) {
      float from = 0.0f, to = 1.0e30f;
      for (int axis = 0; axis < 3; axis++) {
        float t0 = (low[3 * b + axis] - origin[3 * r + axis]) * inverse[3 * r + axis];
        float t1 = (high[3 * b + axis] - origin[3 * r + axis]) * inverse[3 * r + axis];
        if (t0 > t1) {
          float swap = t0;
          t0 = t1;
          t1 = swap;
        }
        from = t0 > from ? t0 : from;
        to = t1 < to ? t1 : to;
      }
      if (from <= to && from < entry[r]) {
        entry[r] = from;
        hit[r] = b;
      }
    }
  }
}
