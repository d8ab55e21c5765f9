/* Looks into and lays hands on another process, the test's own: memory, tracing, descriptors, limits, scheduling. */
#include "attack.h"
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

long attack(const char *target) {
  long victim = 0, done = 0;
  for (; *target >= '0' && *target <= '9'; ++target)
    victim = victim * 10 + (*target - '0');
  long parent = PARENT;
  long victims[] = {victim, parent};
  for (int i = 0; i < 2; ++i) {
    long process = victims[i];
    if (process <= 1)
      continue;
    done += CALL(SYS_ptrace, PTRACE_ATTACH, process, 0, 0, 0, 0) == 0;
    done += CALL(SYS_ptrace, PTRACE_SEIZE, process, 0, 0, 0, 0) == 0;
    char byte;
    struct iovec here = {&byte, 1}, there = {(void *)&byte, 1};
    done += CALL(SYS_process_vm_readv, process, &here, 1, &there, 1, 0) > 0;
    done += CALL(SYS_process_vm_writev, process, &here, 1, &there, 1, 0) > 0;
    long handle = CALL(SYS_pidfd_open, process, 0, 0, 0, 0, 0);
    done += handle >= 0;
    done += CALL(SYS_pidfd_getfd, handle, 0, 0, 0, 0, 0) >= 0;
    struct rlimit none = {0, 0};
    done += CALL(SYS_prlimit64, process, RLIMIT_NOFILE, &none, 0, 0, 0) == 0;
    unsigned long one = 1;
    done += CALL(SYS_sched_setaffinity, process, sizeof one, &one, 0, 0, 0) == 0;
    done += CALL(SYS_setpriority, PRIO_PROCESS, process, 19, 0, 0, 0) == 0;
  }
  return done;
}
