/* Processes without end, by every call that makes one. */
#include "attack.h"
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>

long attack(const char *target) {
  (void)target;
  long made = 0;
  for (int round = 0; round < 50; ++round) {
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    static const struct {
      long number, flags;
    } ways[] = {{SYS_fork, 0}, {SYS_clone, SIGCHLD}, {SYS_clone3, 0}, {SYS_clone, CLONE_PARENT | SIGCHLD}};
    for (int i = 0; i < 4; ++i) {
      int third = ways[i].number == SYS_clone3;
      long child = CALL(ways[i].number, third ? (long)&arguments : ways[i].flags, third ? sizeof arguments : 0, 0, 0, 0, 0);
      if (child == 0) /* Where it is not contained it shall do no harm. */
        CALL(SYS_exit_group, 0, 0, 0, 0, 0, 0);
      made += child > 0;
    }
  }
  return made;
}
