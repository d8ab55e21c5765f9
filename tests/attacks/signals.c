/* Kills whatever it can: the test, the watcher, everything; also by signals that the kernel sends on its behalf. */
#include "attack.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

#ifndef F_SETSIG
#define F_SETSIG 10
#endif

long attack(const char *target) {
  long victim = 0, done = 0;
  for (; *target >= '0' && *target <= '9'; ++target)
    victim = victim * 10 + (*target - '0');
  long victims[] = {victim, PARENT};
  unsigned long all = ~0ul;
  CALL(SYS_rt_sigprocmask, SIG_BLOCK, &all, 0, 8, 0, 0);
  done += CALL(SYS_kill, -1, 0, 0, 0, 0, 0) == 0; /* Everybody; signal 0 asks for permission and harms nobody. */
  for (int i = 0; i < 2; ++i) {
    long process = victims[i];
    if (process <= 1)
      continue;
    siginfo_t information = {.si_code = SI_QUEUE};
    long pipe = 0;
    int ends[2];
    done += CALL(SYS_kill, process, SIGKILL, 0, 0, 0, 0) == 0;
    done += CALL(SYS_tkill, process, SIGKILL, 0, 0, 0, 0) == 0;
    done += CALL(SYS_tgkill, process, process, SIGKILL, 0, 0, 0) == 0;
    done += CALL(SYS_rt_sigqueueinfo, process, SIGKILL, &information, 0, 0, 0) == 0;
    long handle = CALL(SYS_pidfd_open, process, 0, 0, 0, 0, 0);
    done += CALL(SYS_pidfd_send_signal, handle, SIGKILL, 0, 0, 0, 0) == 0;
    pipe = CALL(SYS_pipe, ends, 0, 0, 0, 0, 0);
    if (pipe == 0) {
      CALL(SYS_fcntl, ends[0], F_SETSIG, SIGKILL, 0, 0, 0);
      done += CALL(SYS_fcntl, ends[0], F_SETOWN, process, 0, 0, 0) == 0;
      CALL(SYS_fcntl, ends[0], F_SETFL, O_ASYNC, 0, 0, 0);
      CALL(SYS_write, ends[1], "x", 1, 0, 0, 0);
    }
  }
  return done;
}
