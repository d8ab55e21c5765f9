// All-pairs shortest path lengths in place, with the last relaxing vertex kept for each pair.

void shortest_paths(int n, float dist[n][n], int via[n][n]) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      via[i][j] = -1;
  for (int k = 0; k < n; k++) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        float through = dist[i][k] + dist[k][j];
        if (through < dist[i][j]) {
          dist[i][j] = through;
          via[i][j] = k;
        }
      }
    }
  }
}
