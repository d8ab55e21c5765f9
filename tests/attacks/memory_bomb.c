/* Memory without end: private, shared, and growing like a stack; whatever can be had is written to. */
#include "attack.h"
#include <sys/mman.h>
#include <sys/syscall.h>

static const long kinds[] = {MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, MAP_SHARED | MAP_ANONYMOUS,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN};

#ifndef KIND
#define KIND 0
#endif

long attack(const char *target) {
  (void)target;
  const long size = 16 << 20;
  for (int blocks = 0; blocks < 256; ++blocks) {
    char *block = (char *)CALL(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, kinds[KIND], -1, 0);
    if ((unsigned long)block > -4096ul)
      __builtin_trap(); /* No more to be had. */
    for (long i = 0; i < size; i += 4096)
      block[i] = 1;
  }
  return 1;
}
