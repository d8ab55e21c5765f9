// Bottom-up merge sort of doubles with a scratch array of the same length; the result ends in `a`.
#include <stddef.h>

static void merge(const double *src, double *dst, size_t lo, size_t mid, size_t hi) {
  size_t i = lo, j = mid;
  for (size_t k = lo; k < hi; k++) {
    if (i < mid && (j >= hi || src[i] <= src[j]))
      dst[k] = src[i++];
    else if (j < hi)
      dst[k] = src[j++];
  }
}

void merge_sort(size_t n, double *a, double *scratch) {
  for (size_t run = 1; run < n; run *= 2) {
    for (size_t lo = 0; lo < n; lo += 2 * run) {
      size_t mid = lo + run < n ? lo + run : n;
      size_t hi = lo + 2 * run < n ? lo + 2 * run : n;
      merge(a, scratch, lo, mid, hi);
    }
    for (size_t i = 0; i < n; i++)
      a[i] = scratch[i];
  }
}
