/* Metropolis update of a periodic spin lattice, colour by colour, random numbers drawn beforehand. */
#include <stdint.h>

int spin_lattice(int n, int8_t *spin, const uint16_t *draw, const uint16_t threshold[5]) {
  int flips = 0;
  for (int colour = 0; colour < 2; colour++)
    for (int i = 0; i < n; i++)
      for (int j = (i + colour) % 2; j < n; j += 2) {
        int up = (i + n - 1) % n, down = (i + 1) % n, left = (j + n - 1) % n, right = (j + 1) % n;
        int around = spin[up * n + j] + spin[down * n + j] + spin[i * n + left] + spin[i * n + right];
        int aligned = (spin[i * n + j] > 0 ? around : -around) / 2 + 2;
        if (draw[i * n + j] < threshold[aligned]) {
          spin[i * n + j] = (int8_t)-spin[i * n + j];
          flips++;
        }
      }
  return flips;
}
