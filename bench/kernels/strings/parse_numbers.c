// Reads fixed-width decimal fields (blanks and other characters are skipped) into unsigned integers.
#include <stdint.h>

void parse_numbers(int fields, int width, const char *text, uint32_t *value) {
  for (int f = 0; f < fields; f++) {
    uint32_t v = 0;
    for (int i = 0; i < width; i++) {
      char c = text[f * width + i];
      if (c >= '0' && c <= '9')
        v = 10 * v + (uint32_t)(c - '0');
    }
    value[f] = v;
  }
}
