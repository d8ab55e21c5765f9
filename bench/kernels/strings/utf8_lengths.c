// Number of code points in each of many fixed-size UTF-8 fields, and how many bytes can start no code point.
#include <stdint.h>

int utf8_lengths(int fields, int size, const uint8_t *bytes, int *points) {
  int invalid = 0;
  for (int f = 0; f < fields; f++) {
    points[f] = 0;
    for (int i = 0; i < size; i++) {
      uint8_t b = bytes[f * size + i];
      if ((b & 0xc0) != 0x80)
        points[f]++;
      if (b == 0xc0 || b == 0xc1 || b > 0xf4)
        invalid++;
    }
  }
  return invalid;
}
