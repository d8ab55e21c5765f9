//===- launch.cpp - A whole program in a sandbox --------------------------===//
//
// Two processes: the program, confined before it starts, and the one that watches over it. They share the
// table of descriptors until execve, so that the filter's listener stays with the watcher.
//
//===----------------------------------------------------------------------===//

#include "launch.h"

#include "confine.h"
#include "program_filter.h"
#include "supervise.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pw {
namespace {

/// What the program's process says before it becomes the program, and when it cannot.
struct Word {
  char Stage[16];
  int Error;
  int Listener;
  int Landlock;
  double Time;
};

/// What programs need to start: libraries, and devices that are no more than streams of bytes.
constexpr const char *Readable[] = {"/usr",
                                    "/lib",
                                    "/lib64",
                                    "/lib32",
                                    "/bin",
                                    "/etc/ld.so.cache",
                                    "/etc/ld.so.preload",
                                    "/etc/localtime",
                                    "/dev/urandom",
                                    "/dev/random",
                                    "/proc/self"};
constexpr const char *Devices[] = {"/dev/null", "/dev/zero", "/dev/full"};

bool parse(int Count, char **Arguments, LaunchOptions &O) {
  int Index = 0;
  for (; Index < Count && strcmp(Arguments[Index], "--") != 0; ++Index) {
    const char *Text = Arguments[Index], *Value = strchr(Text, '=');
    if (strncmp(Text, "--", 2) != 0 || !Value)
      return false;
    std::string Key(Text + 2, Value++);
    uint64_t Number = strtoull(Value, nullptr, 10);
    if (Key == "folder")
      O.Folder = Value;
    else if (Key == "read")
      O.Read.push_back(Value);
    else if (Key == "report")
      O.Report = static_cast<int>(Number);
    else if (Key == "keep")
      fcntl(static_cast<int>(Number), F_SETFD, 0);
    else if (Key == "wall")
      O.Wall = strtod(Value, nullptr);
    else if (Key == "cpu")
      O.Cpu = Number;
    else if (Key == "address-space")
      O.AddressSpace = Number;
    else if (Key == "resident")
      O.Resident = Number;
    else if (Key == "file-size")
      O.FileSize = Number;
    else if (Key == "folder-size")
      O.FolderSize = Number;
    else if (Key == "folder-files")
      O.FolderFiles = Number;
    else if (Key == "output")
      O.Output = Number;
    else if (Key == "open-files")
      O.OpenFiles = Number;
    else if (Key == "stack")
      O.Stack = Number;
    else if (Key == "threads")
      O.Threads = Number;
    else
      return false;
  }
  O.Program.assign(Arguments + std::min(Index + 1, Count), Arguments + Count);
  bool Whole = !O.Program.empty() && !O.Folder.empty() && O.Report >= 0;
  O.Program.push_back(nullptr);
  return Whole;
}

void setLimits(const LaunchOptions &O) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_MEMLOCK, 1 << 20);
  limit(RLIMIT_MSGQUEUE, 0);
  const std::pair<int, uint64_t> Chosen[] = {{RLIMIT_CPU, O.Cpu},
                                             {RLIMIT_AS, O.AddressSpace},
                                             {RLIMIT_FSIZE, O.FileSize},
                                             {RLIMIT_NOFILE, O.OpenFiles},
                                             {RLIMIT_STACK, O.Stack}};
  for (const auto &[Resource, Value] : Chosen)
    if (Value)
      limit(Resource, Value);
}

/// Becomes the program, or says why not.
[[noreturn]] void become(const LaunchOptions &O, pid_t Parent, int Words) {
  Word W = {};
  W.Listener = -1;
  auto fail = [&](const char *Stage, int Error) {
    snprintf(W.Stage, sizeof(W.Stage), "%s", Stage);
    W.Error = Error;
    [[maybe_unused]] ssize_t Put = write(Words, &W, sizeof(W));
    _exit(127);
  };
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != Parent)
    _exit(127);
  if (chdir(O.Folder.c_str()) != 0)
    fail("folder", errno);
  Landlock Files;
  for (const char *Path : Readable)
    Files.read(Path);
  for (const char *Path : Devices)
    Files.device(Path);
  for (const std::string &Path : O.Read)
    if (!Files.read(Path.c_str()))
      fail("read", errno);
  if (!Files.write(O.Folder.c_str()))
    fail("folder", errno);
  setLimits(O);
  dropCapabilities();
  W.Landlock = Files.enforce() ? Landlock::version() : 0;
  sigset_t None;
  sigemptyset(&None);
  sigprocmask(SIG_SETMASK, &None, nullptr);
  signal(SIGPIPE, SIG_DFL);
  bool Filtered = false;
  W.Listener = installProgramFilter(O.Threads > 1, Filtered);
  if (!Filtered)
    fail("seccomp", errno);
  snprintf(W.Stage, sizeof(W.Stage), "start");
  W.Time = monotonicSeconds();
  if (write(Words, &W, sizeof(W)) == sizeof(W)) {
    execve(O.Program[0], O.Program.data(), environ);
    fail("exec", errno);
  }
  _exit(127);
}

/// Reads the next word, waiting until the program's process has ended at most.
bool hear(int Words, int Process, Word &W) {
  pollfd Sources[2] = {{Words, POLLIN, 0}, {Process, POLLIN, 0}};
  while (poll(Sources, 2, -1) < 0 && errno == EINTR) {
  }
  return (Sources[0].revents & POLLIN) && read(Words, &W, sizeof(W)) == sizeof(W);
}

int refuse(const LaunchOptions &O, const Word &W) {
  dprintf(O.Report, "{\"status\":\"failed\",\"stage\":\"%s\",\"error\":%d}", W.Stage, W.Error);
  return 1;
}

} // namespace

int launch(int ArgumentCount, char **Arguments) {
  LaunchOptions O;
  // Whatever came along and was not asked for stays outside; `--keep` names the exceptions.
  syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */);
  if (!parse(ArgumentCount, Arguments, O)) {
    fprintf(
        stderr,
        "usage: passwright-runner --exec --folder=F --report=FD [--LIMIT=N]... -- PROGRAM [ARGUMENT]...\n");
    return 2;
  }
  int Words[2];
  if (pipe2(Words, O_CLOEXEC) != 0)
    return 1;
  pid_t Parent = getpid();
  auto Program =
      static_cast<pid_t>(syscall(SYS_clone, CLONE_FILES | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
  if (Program == 0)
    become(O, Parent, Words[1]);
  Word W = {};
  int Process = Program < 0 ? -1 : static_cast<int>(syscall(SYS_pidfd_open, Program, 0));
  if (Process < 0)
    return refuse(O, {"fork", errno, -1, 0, 0});
  if (!hear(Words[0], Process, W))
    return refuse(O, {"fork", ESRCH, -1, 0, 0});
  if (strcmp(W.Stage, "start") != 0)
    return refuse(O, W);
  Layers Active = {W.Landlock, W.Listener >= 0};
  supervise(Program, Process, W.Listener, W.Time, O, Active, [&] {
    pollfd More = {Words[0], POLLIN, 0};
    Word Failure = {};
    if (poll(&More, 1, 0) != 1 || read(Words[0], &Failure, sizeof(Failure)) != sizeof(Failure))
      return false;
    refuse(O, Failure);
    return true;
  });
  return 0;
}

int probe() {
  bool Filters = prctl(PR_GET_SECCOMP) >= 0;
  printf("{\"landlock\":%d,\"seccomp\":%s}\n", Landlock::version(), Filters ? "true" : "false");
  return 0;
}

} // namespace pw
