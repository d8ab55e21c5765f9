/* Output without end, on every descriptor that is there. */
#include "attack.h"
#include <sys/syscall.h>

static char block[1 << 20];

long attack(const char *target) {
  (void)target;
  for (int round = 0; round < 1000; ++round)
    for (int file = 1; file < 40; ++file)
      CALL(SYS_write, file, block, sizeof block, 0, 0, 0);
  return 1;
}
