// Advances many independent shift-and-xor random generators, stream by stream, and writes them out
// interleaved.
#include <stdint.h>

struct stream {
  uint32_t x, y, z, w;
};

void shift_xor_streams(int streams, int steps, struct stream *state, uint32_t *out) {
  for (int s = 0; s < streams; s++) {
    for (int t = 0; t < steps; t++) {
      uint32_t v = state[s].x ^ (state[s].x << 11);
      state[s].x = state[s].y;
      state[s].y = state[s].z;
      state[s].z = state[s].w;
      state[s].w = state[s].w ^ (state[s].w >> 19) ^ v ^ (v >> 8);
      out[t * streams + s] = state[s].w;
    }
  }
}
