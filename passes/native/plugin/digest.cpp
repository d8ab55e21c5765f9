// BLAKE2b after RFC 7693; LLVM has BLAKE3 only.
#include "digest.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Endian.h>

#include <algorithm>
#include <array>
#include <cstdint>

using namespace llvm;

namespace passwright {
namespace {

constexpr unsigned digestBytes = 8, blockBytes = 128;

constexpr std::array<uint64_t, 8> initial = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                             0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                             0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

constexpr uint8_t order[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                   {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                   {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                   {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                   {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                   {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                   {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                   {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                   {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                   {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

uint64_t rotated(uint64_t value, unsigned bits) { return value >> bits | value << (64 - bits); }

void compress(std::array<uint64_t, 8> &state, const char *block, uint64_t count, bool last) {
  uint64_t message[16], v[16];
  for (unsigned i = 0; i < 16; ++i)
    message[i] = support::endian::read64le(block + 8 * i);
  std::copy(state.begin(), state.end(), v);
  std::copy(initial.begin(), initial.end(), v + 8);
  v[12] ^= count;
  v[14] ^= last ? ~uint64_t(0) : 0;
  auto mix = [&](unsigned a, unsigned b, unsigned c, unsigned d, uint64_t x, uint64_t y) {
    v[a] += v[b] + x;
    v[d] = rotated(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = rotated(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = rotated(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotated(v[b] ^ v[c], 63);
  };
  for (unsigned round = 0; round < 12; ++round) {
    const uint8_t *s = order[round % 10];
    for (unsigned i = 0; i < 4; ++i) // columns
      mix(i, i + 4, i + 8, i + 12, message[s[2 * i]], message[s[2 * i + 1]]);
    for (unsigned i = 0; i < 4; ++i) // diagonals
      mix(i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12, message[s[8 + 2 * i]],
          message[s[9 + 2 * i]]);
  }
  for (unsigned i = 0; i < 8; ++i)
    state[i] ^= v[i] ^ v[i + 8];
}

} // namespace

std::string digestOf(StringRef text) {
  std::array<uint64_t, 8> state = initial;
  state[0] ^= 0x01010000 ^ digestBytes; // fanout and depth 1, no key
  size_t at = 0;
  for (; text.size() - at > blockBytes; at += blockBytes)
    compress(state, text.data() + at, at + blockBytes, false);
  char block[blockBytes] = {};
  std::copy(text.begin() + at, text.end(), block);
  compress(state, block, text.size(), true);
  uint8_t digest[8];
  support::endian::write64le(digest, state[0]);
  return toHex(ArrayRef<uint8_t>(digest, digestBytes), /*LowerCase=*/true);
}

} // namespace passwright
