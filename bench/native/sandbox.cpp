//===- sandbox.cpp - What foreign code may do to the system ---------------===//

#include "sandbox.h"

#include "protocol.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace pw {
namespace {

void limit(int Resource, rlim_t Value) {
  rlimit Limit;
  if (getrlimit(static_cast<__rlimit_resource_t>(Resource), &Limit) != 0)
    return;
  if (Limit.rlim_max != RLIM_INFINITY && Value > Limit.rlim_max)
    Value = Limit.rlim_max;
  Limit.rlim_cur = Limit.rlim_max = Value;
  setrlimit(static_cast<__rlimit_resource_t>(Resource), &Limit);
}

void onInput(int) {
  int Saved = errno;
  pollfd Input = {STDIN_FILENO, 0, 0};
  if (poll(&Input, 1, 0) == 1 && (Input.revents & POLLHUP))
    _exit(0);
  errno = Saved;
}

/// Builds a filter program, one rule after the other; what no rule allows is trapped.
class Filter {
public:
  Filter() {
    load(offsetof(seccomp_data, arch));
    jump(AUDIT_ARCH_X86_64, 1, 0);
    ret(SECCOMP_RET_KILL_PROCESS);
  }

  void always(long Call, uint32_t Verdict = SECCOMP_RET_ALLOW) {
    load(offsetof(seccomp_data, nr));
    jump(static_cast<uint32_t>(Call), 0, 1);
    ret(Verdict);
  }

  /// Allows the call where the low half of an argument has a value (under a mask).
  void where(long Call, unsigned Argument, uint32_t Value, uint32_t Mask = ~0u) {
    load(offsetof(seccomp_data, nr));
    jump(static_cast<uint32_t>(Call), 0, 4);
    load(offsetof(seccomp_data, args) + 8 * Argument);
    Code.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, Mask));
    jump(Value, 0, 1);
    ret(SECCOMP_RET_ALLOW);
  }

  bool install() {
    ret(SECCOMP_RET_TRAP);
    sock_fprog Program = {static_cast<unsigned short>(Code.size()), Code.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &Program) == 0;
  }

private:
  void load(size_t Offset) {
    Code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(Offset)));
  }
  void jump(uint32_t Value, uint8_t True, uint8_t False) {
    Code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, Value, True, False));
  }
  void ret(uint32_t Verdict) { Code.push_back(BPF_STMT(BPF_RET | BPF_K, Verdict)); }

  std::vector<sock_filter> Code;
};

} // namespace

void limitResources(uint64_t Memory, bool AddressSanitizer) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_NOFILE, 32);
  limit(RLIMIT_STACK, 8u << 20);
  // Not RLIMIT_AS: guards and reserved regions are address space that never becomes memory.
  if (!AddressSanitizer)
    limit(RLIMIT_DATA, Memory);
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
  Filter F;
  for (long Call : {SYS_munmap,
                    SYS_mremap,
                    SYS_mprotect,
                    SYS_madvise,
                    SYS_brk,
                    SYS_futex,
                    SYS_rt_sigreturn,
                    SYS_rt_sigprocmask,
                    SYS_exit,
                    SYS_exit_group,
                    SYS_clock_gettime,
                    SYS_setitimer,
                    SYS_poll,
                    SYS_getpid,
                    SYS_gettid,
                    SYS_sched_setaffinity,
                    SYS_restart_syscall,
                    SYS_getcpu,
                    SYS_getrusage,
                    SYS_sched_yield})
    F.always(Call);
  F.where(SYS_read, 0, STDIN_FILENO);
  F.where(SYS_write, 0, static_cast<uint32_t>(answerDescriptor()));
  F.where(SYS_mmap, 3, MAP_ANONYMOUS, MAP_ANONYMOUS);
  F.where(SYS_tgkill, 0, static_cast<uint32_t>(getpid()));
  if (AddressSanitizer) {
    // Its reports look at the process's own maps and descriptors, and do without where they cannot.
    for (long Call : {SYS_openat, SYS_open, SYS_readlink, SYS_getrlimit, SYS_prlimit64, SYS_newfstatat,
                      SYS_fstat, SYS_ioctl, SYS_stat, SYS_readlinkat})
      F.always(Call, SECCOMP_RET_ERRNO | ENOENT);
    for (long Call : {SYS_sigaltstack, SYS_rt_sigaction, SYS_sched_getaffinity})
      F.always(Call);
    F.where(SYS_write, 0, STDERR_FILENO);
  }
  return F.install();
}

} // namespace pw
