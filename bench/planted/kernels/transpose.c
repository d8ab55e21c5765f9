void transpose(int rows, int cols, const float *a, float *b) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < cols; j++)
      b[j * rows + i] = a[i * cols + j];
}
