// Number of ways to pay each amount with the given coins, modulo a prime.
#include <stdint.h>

void coin_ways(int coins, int amount, const int *coin, uint32_t *ways) {
  for (int s = 1; s <= amount; s++)
    ways[s] = 0;
  ways[0] = 1;
  for (int c = 0; c < coins; c++)
    for (int s = coin[c]; s <= amount; s++)
      ways[s] = (ways[s] + ways[s - coin[c]]) % 998244353u;
}
