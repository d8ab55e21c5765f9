// Positions at which a short pattern occurs in a text, by comparing at every place; returns how many there
// are.
#include <stddef.h>

size_t find_pattern(size_t n, size_t m, const char *text, const char *pattern, size_t *where) {
  size_t found = 0;
  for (size_t i = 0; i + m <= n; i++) {
    size_t k = 0;
    while (k < m && text[i + k] == pattern[k])
      k++;
    if (k == m)
      where[found++] = i;
  }
  return found;
}
