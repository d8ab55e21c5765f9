//===- program_filter.cpp - System calls of whole programs ----------------===//
//
// A list of what is allowed: files (Landlock says which), memory, time, signals to itself, threads. Left out
// with a reason: sockets; new processes; whatever names another process (it runs under the same user as the
// client, whom the kernel would let it disturb); changes of mode, owner or times of files, which Landlock
// does not check, so that they would reach the user's own; memory that no limit counts (memfd, System V,
// fallocate).
//
//===----------------------------------------------------------------------===//

#include "program_filter.h"

#include "filter.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pw {
namespace {

constexpr uint32_t Refused = SECCOMP_RET_ERRNO | EPERM;

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

void allowFiles(Filter &F, uint32_t Denied) {
  // Opened for reading and cut to nothing: early versions of Landlock see a reader.
  F.where(SYS_open, 1, O_TRUNC, O_TRUNC | O_ACCMODE, Denied);
  F.where(SYS_openat, 2, O_TRUNC, O_TRUNC | O_ACCMODE, Denied);
  F.always(
      {SYS_read,      SYS_write,        SYS_readv,         SYS_writev,      SYS_pread64,    SYS_pwrite64,
       SYS_preadv,    SYS_pwritev,      SYS_preadv2,       SYS_pwritev2,    SYS_lseek,      SYS_open,
       SYS_openat,    SYS_creat,        SYS_close,         SYS_close_range, SYS_fstat,      SYS_stat,
       SYS_lstat,     SYS_newfstatat,   SYS_statx,         SYS_fstatfs,     SYS_statfs,     SYS_access,
       SYS_faccessat, SYS_faccessat2,   SYS_readlink,      SYS_readlinkat,  SYS_getdents,   SYS_getdents64,
       SYS_mkdir,     SYS_mkdirat,      SYS_rmdir,         SYS_unlink,      SYS_unlinkat,   SYS_rename,
       SYS_renameat,  SYS_renameat2,    SYS_link,          SYS_linkat,      SYS_symlink,    SYS_symlinkat,
       SYS_ftruncate, SYS_fsync,        SYS_fdatasync,     SYS_flock,       SYS_dup,        SYS_dup2,
       SYS_dup3,      SYS_pipe,         SYS_pipe2,         SYS_poll,        SYS_ppoll,      SYS_select,
       SYS_pselect6,  SYS_epoll_create, SYS_epoll_create1, SYS_epoll_ctl,   SYS_epoll_wait, SYS_epoll_pwait,
       SYS_eventfd,   SYS_eventfd2,     SYS_sendfile,      SYS_getcwd,      SYS_chdir,      SYS_fchdir,
       SYS_umask,     SYS_getxattr,     SYS_lgetxattr,     SYS_fgetxattr,   SYS_fadvise64});
  // A file in one call, however large, would come between two looks at the folder.
  F.always({SYS_fallocate, SYS_copy_file_range}, SECCOMP_RET_ERRNO | EOPNOTSUPP);
  for (uint32_t Request : {FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, TCGETS, TIOCGWINSZ})
    F.where(SYS_ioctl, 1, Request);
  // Not the ones that name a process to be signalled.
  for (uint32_t Command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK,
                           F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW})
    F.where(SYS_fcntl, 1, Command);
}

void allowItself(Filter &F, bool Threads) {
  auto Self = static_cast<uint32_t>(getpid());
  F.always({SYS_mmap,
            SYS_munmap,
            SYS_mremap,
            SYS_mprotect,
            SYS_madvise,
            SYS_brk,
            SYS_mincore,
            SYS_msync,
            SYS_mlock,
            SYS_munlock,
            SYS_futex,
            SYS_exit,
            SYS_exit_group,
            SYS_execve,
            SYS_wait4,
            SYS_waitid,
            SYS_rt_sigaction,
            SYS_rt_sigprocmask,
            SYS_rt_sigreturn,
            SYS_rt_sigpending,
            SYS_rt_sigsuspend,
            SYS_rt_sigtimedwait,
            SYS_sigaltstack,
            SYS_pause,
            SYS_alarm,
            SYS_setitimer,
            SYS_getitimer,
            SYS_timer_create,
            SYS_timer_settime,
            SYS_timer_gettime,
            SYS_timer_delete,
            SYS_timer_getoverrun,
            SYS_nanosleep,
            SYS_clock_nanosleep,
            SYS_clock_gettime,
            SYS_clock_getres,
            SYS_gettimeofday,
            SYS_time,
            SYS_times,
            SYS_getrusage,
            SYS_getpid,
            SYS_getppid,
            SYS_gettid,
            SYS_getuid,
            SYS_geteuid,
            SYS_getgid,
            SYS_getegid,
            SYS_getresuid,
            SYS_getresgid,
            SYS_getgroups,
            SYS_getpgrp,
            SYS_getpgid,
            SYS_getsid,
            SYS_getrlimit,
            SYS_sysinfo,
            SYS_uname,
            SYS_getcpu,
            SYS_sched_yield,
            SYS_sched_getaffinity,
            SYS_sched_getparam,
            SYS_sched_getscheduler,
            SYS_sched_get_priority_max,
            SYS_sched_get_priority_min,
            SYS_getpriority,
            SYS_arch_prctl,
            SYS_set_tid_address,
            SYS_set_robust_list,
            SYS_get_robust_list,
            SYS_rseq,
            SYS_membarrier,
            SYS_getrandom,
            SYS_restart_syscall});
  for (uint32_t Pid : {0u, Self}) {
    F.where(SYS_prlimit64, 0, Pid);
    F.where(SYS_sched_setaffinity, 0, Pid);
    F.where(SYS_kill, 0, Pid);
  }
  F.where(SYS_tgkill, 0, Self);
  for (uint32_t Option :
       {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_VMA, PR_GET_SECCOMP, PR_CAPBSET_READ})
    F.where(SYS_prctl, 0, Option);
  F.where(SYS_personality, 0, ~0u); // A question; run-time libraries of sanitizers ask it.
  F.where(SYS_personality, 0, ADDR_NO_RANDOMIZE);
  if (Threads)
    F.where(SYS_clone, 0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM);
  F.always(SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS); // Its flags lie in memory; the C library then uses clone.
}

int install(bool Threads, bool Notify) {
  uint32_t Denied = Notify ? SECCOMP_RET_USER_NOTIF : Refused;
  Filter F;
  allowFiles(F, Denied);
  allowItself(F, Threads);
  return F.install(Denied, Notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0);
}

} // namespace

int installProgramFilter(bool Threads, bool &Done) {
  int Listener = install(Threads, true);
  Done = Listener >= 0 || install(Threads, false) == 0;
  return Listener;
}

} // namespace pw
