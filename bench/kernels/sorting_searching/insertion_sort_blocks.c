// Sorts each block of 24 floats on its own by insertion.

#define BLOCK 24

void insertion_sort_blocks(int blocks, float *data) {
  for (int b = 0; b < blocks; b++) {
    float *a = data + (long)b * BLOCK;
    for (int i = 1; i < BLOCK; i++) {
      float x = a[i];
      int j = i;
      while (j > 0 && a[j - 1] > x) {
        a[j] = a[j - 1];
        j--;
      }
      a[j] = x;
    }
  }
}
