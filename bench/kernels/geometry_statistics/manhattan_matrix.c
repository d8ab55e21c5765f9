// Matrix of city-block distances between the rows of a table, kept column-wise (one array per coordinate).

void manhattan_matrix(int n, int d, const float coordinate[d][n], float distance[n][n]) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      distance[i][j] = 0.0f;
      for (int k = 0; k < d; k++) {
        float diff = coordinate[k][i] - coordinate[k][j];
        distance[i][j] += diff < 0.0f ? -diff : diff;
      }
    }
  }
}
