//===- sandbox.cpp - What kernels may do to the system --------------------===//

#include "sandbox.h"

#include "confine.h"
#include "filter.h"
#include "protocol.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pw {
namespace {

void onInput(int) {
  int Saved = errno;
  pollfd Input = {STDIN_FILENO, 0, 0};
  if (poll(&Input, 1, 0) == 1 && (Input.revents & POLLHUP))
    _exit(0);
  errno = Saved;
}

/// Bytes of private writable memory: what RLIMIT_DATA counts. Zero where /proc is not there.
uint64_t dataInUse() {
  unsigned long Pages = 0;
  if (FILE *F = fopen("/proc/self/statm", "re")) {
    if (fscanf(F, "%*u %*u %*u %*u %*u %lu", &Pages) != 1)
      Pages = 0;
    fclose(F);
  }
  return Pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

} // namespace

void limitResources(uint64_t Memory) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_NOFILE, 32);
  limit(RLIMIT_STACK, 8u << 20);
  // Not RLIMIT_AS: guards and reserved regions are address space that never becomes memory. What is in use
  // by now is AddressSanitizer's shadow, terabytes of it, and next to nothing without it.
  limit(RLIMIT_DATA, dataInUse() + Memory);
}

void followClient() {
  // The end of the input is signalled like its arrival. PR_SET_PDEATHSIG would follow the client's thread,
  // which may end long before the client does.
  struct sigaction Action = {};
  Action.sa_handler = onInput;
  Action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigemptyset(&Action.sa_mask);
  sigaction(SIGIO, &Action, nullptr);
  fcntl(STDIN_FILENO, F_SETOWN, getpid());
  fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_ASYNC);
}

bool restrictSystemCalls(bool AddressSanitizer) {
  dropCapabilities();
  Landlock().enforce(); // No rule: no file. The filter says the same; this holds if a rule of it is wrong.
  Filter F;
  F.onlyFrom(SYS_read, STDIN_FILENO, channelReturn());
  F.onlyFrom(SYS_write, static_cast<uint32_t>(answerDescriptor()), channelReturn());
  // Private memory alone counts towards RLIMIT_DATA, and not if it grows downwards like a stack.
  F.where(SYS_mmap, 3, MAP_ANONYMOUS, MAP_ANONYMOUS | MAP_SHARED | MAP_GROWSDOWN | MAP_HUGETLB);
  F.always({SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_brk, SYS_rt_sigreturn, SYS_rt_sigprocmask,
            SYS_exit, SYS_exit_group, SYS_clock_gettime, SYS_setitimer, SYS_getpid, SYS_gettid,
            SYS_restart_syscall, SYS_getcpu, SYS_getrusage, SYS_sched_yield});
  // Nothing that waits, so that an endless call uses processor time and meets its deadline.
  F.where(SYS_poll, 2, 0);
  F.where(SYS_futex, 1, FUTEX_WAKE, 0x7f);
  F.where(SYS_tgkill, 0, static_cast<uint32_t>(getpid()));
  F.where(SYS_sched_setaffinity, 0, 0);
  if (AddressSanitizer) {
    // Its reports look at the process's own maps and descriptors, and do without where they cannot.
    F.always({SYS_openat, SYS_open, SYS_readlink, SYS_getrlimit, SYS_prlimit64, SYS_newfstatat, SYS_fstat,
              SYS_ioctl, SYS_stat, SYS_readlinkat},
             SECCOMP_RET_ERRNO | ENOENT);
    F.always({SYS_sigaltstack, SYS_rt_sigaction, SYS_sched_getaffinity});
    F.where(SYS_write, 0, STDERR_FILENO);
  }
  return F.install(SECCOMP_RET_TRAP) == 0;
}

} // namespace pw
