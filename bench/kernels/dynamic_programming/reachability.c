// Transitive closure of a directed graph: an edge exists where a random weight lies below a threshold.
#include <stdint.h>

void reachability(int n, int threshold, const uint8_t *weight, uint8_t *reach) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      reach[i * n + j] = (i == j || weight[i * n + j] < threshold) ? 1 : 0;

  for (int k = 0; k < n; k++)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++)
        if (reach[i * n + k] && reach[k * n + j])
          reach[i * n + j] = 1;
}
