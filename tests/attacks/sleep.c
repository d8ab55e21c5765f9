/* Waits, or works, for ever, deaf to every signal that can be ignored. */
#include "attack.h"
#include <signal.h>
#include <sys/syscall.h>

#ifndef KIND
#define KIND 0
#endif

long attack(const char *target) {
  (void)target;
  unsigned long all = ~0ul;
  CALL(SYS_rt_sigprocmask, SIG_BLOCK, &all, 0, 8, 0, 0);
  for (;;) {
    if (KIND == 0)
      CALL(SYS_pause, 0, 0, 0, 0, 0, 0);
    else if (KIND == 1)
      CALL(SYS_poll, 0, 0, -1, 0, 0, 0);
    else if (KIND == 2) {
      int word = 0;
      CALL(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, 0, 0, 0);
    } else if (KIND == 3)
      CALL(SYS_read, 0, &all, 1, 0, 0, 0);
    else
      __asm__ volatile("");
  }
}
