/* Files without end: large ones, deleted ones that stay open, and many. */
#include "attack.h"
#include <fcntl.h>
#include <sys/syscall.h>

#ifndef KIND
#define KIND 0
#endif
static char block[1 << 20];

long attack(const char *target) {
  (void)target;
  for (int number = 0; number < (KIND == 2 ? 100000 : 64); ++number) {
    char name[] = "fill-0000000";
    for (int digit = 11, rest = number; digit > 4; --digit, rest /= 10)
      name[digit] = (char)('0' + rest % 10);
    int file = (int)CALL(SYS_open, name, O_CREAT | O_RDWR, 0600, 0, 0, 0);
    if (file < 0 && KIND != 1)
      __builtin_trap();
    if (KIND == 1)
      CALL(SYS_unlink, name, 0, 0, 0, 0, 0);
    if (KIND == 2) {
      CALL(SYS_close, file, 0, 0, 0, 0, 0);
      continue;
    }
    CALL(SYS_fallocate, file, 0, 0, 1l << 40, 0, 0);
    for (int i = 0; i < 64 && CALL(SYS_write, file, block, sizeof block, 0, 0, 0) > 0; ++i) {
    }
  }
  return 1;
}
