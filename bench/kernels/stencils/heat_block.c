/* Explicit heat steps in a block; the loops run x, y, z while z is the slowest axis in memory. */
#define NX 64
#define NY 48
#define NZ 40

float heat_now[NZ][NY][NX];
float heat_next[NZ][NY][NX];

void heat_block(int steps, float diffusion) {
  for (int t = 0; t < steps; t++) {
    for (int x = 1; x < NX - 1; x++)
      for (int y = 1; y < NY - 1; y++)
        for (int z = 1; z < NZ - 1; z++)
          heat_next[z][y][x] =
              heat_now[z][y][x] +
              diffusion * (heat_now[z][y][x - 1] + heat_now[z][y][x + 1] + heat_now[z][y - 1][x] +
                           heat_now[z][y + 1][x] + heat_now[z - 1][y][x] + heat_now[z + 1][y][x] -
                           6.0f * heat_now[z][y][x]);
    for (int x = 1; x < NX - 1; x++)
      for (int y = 1; y < NY - 1; y++)
        for (int z = 1; z < NZ - 1; z++)
          heat_now[z][y][x] = heat_next[z][y][x];
  }
}
