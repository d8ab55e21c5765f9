// Sorts unsigned keys in place by heap selection.
#include <stdint.h>

static void sift_down(uint32_t *heap, long root, long count) {
  uint32_t key = heap[root];
  for (;;) {
    long child = 2 * root + 1;
    if (child >= count)
      break;
    if (child + 1 < count && heap[child + 1] > heap[child])
      child++;
    if (heap[child] <= key)
      break;
    heap[root] = heap[child];
    root = child;
  }
  heap[root] = key;
}

void heap_sort(long n, uint32_t *keys) {
  for (long i = n / 2 - 1; i >= 0; i--)
    sift_down(keys, i, n);
  for (long last = n - 1; last > 0; last--) {
    uint32_t top = keys[0];
    keys[0] = keys[last];
    keys[last] = top;
    sift_down(keys, 0, last);
  }
}
