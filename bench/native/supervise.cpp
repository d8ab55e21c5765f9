//===- supervise.cpp - Watching over a program ----------------------------===//

#include "supervise.h"

#include "system_calls.h"
#include "usage.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pw {
namespace {

constexpr double Tick = 0.01;       ///< Seconds between two looks at memory, threads and output.
constexpr double FolderTick = 0.05; ///< The same for the folder, which costs more.
constexpr size_t MostNames = 16;    ///< Of refused system calls in the report.

class Watch {
public:
  Watch(pid_t Program, int Listener, double Started, const LaunchOptions &O)
      : Program(Program), Listener(Listener), Started(Started), O(O) {}

  /// Returns when the program has ended; false if the client has gone.
  bool untilEnd(int Process) {
    double NextLook = Started + Tick;
    for (bool Ended = false; !Ended;) {
      pollfd Sources[3] = {{Process, POLLIN, 0}, {O.Report, 0, 0}, {Listener, POLLIN, 0}};
      double Wait = Reason.empty() ? NextLook - monotonicSeconds() : 1;
      timespec Time = {static_cast<time_t>(std::max(0.0, Wait)), 0};
      Time.tv_nsec = static_cast<long>(std::max(0.0, Wait - static_cast<double>(Time.tv_sec)) * 1e9);
      if (ppoll(Sources, Listener >= 0 ? 3 : 2, &Time, nullptr) < 0 && errno != EINTR)
        end("watch");
      Ended = Sources[0].revents != 0;
      if (!Ended && Sources[1].revents) { // The client alone holds the other end.
        kill(Program, SIGKILL);
        return false;
      }
      if (Listener >= 0 && (Sources[2].revents & POLLIN))
        refuse();
      else if (Listener >= 0 && Sources[2].revents)
        Listener = -1;
      if (!Ended && Reason.empty() && monotonicSeconds() >= NextLook) {
        look();
        NextLook = monotonicSeconds() + Tick;
      }
    }
    return true;
  }

  /// The program has passed that limit.
  void end(const char *Limit) {
    if (Reason.empty())
      Reason = Limit;
    kill(Program, SIGKILL);
  }

  std::string Reason; ///< The limit that was passed.
  std::vector<int> Refused;

private:
  void look() {
    double Now = monotonicSeconds();
    if (O.Wall > 0 && Now - Started > O.Wall)
      return end("wall");
    for (int Stream : {STDOUT_FILENO, STDERR_FILENO}) {
      struct stat Status;
      if (O.Output && fstat(Stream, &Status) == 0 && S_ISREG(Status.st_mode) &&
          static_cast<uint64_t>(Status.st_size) > O.Output)
        return end("output");
    }
    Usage Used = usageOf(Program);
    if (O.Resident && Used.Resident > O.Resident)
      return end("memory");
    if (O.Threads && Used.Threads > O.Threads)
      return end("threads");
    if (Now < NextFolder)
      return;
    if (const char *Limit = folderLimit(Program, O))
      end(Limit);
    // A folder that takes long to walk through is not walked through all the time.
    double Done = monotonicSeconds();
    NextFolder = Done + std::max(FolderTick, 10 * (Done - Now));
  }

  /// Answers a system call that the filter does not allow: it fails, and its name is kept.
  void refuse() {
    seccomp_notif Call = {};
    if (ioctl(Listener, SECCOMP_IOCTL_NOTIF_RECV, &Call) != 0)
      return;
    seccomp_notif_resp Answer = {};
    Answer.id = Call.id;
    Answer.error = -EPERM;
    ioctl(Listener, SECCOMP_IOCTL_NOTIF_SEND, &Answer);
    if (Refused.size() < MostNames &&
        std::find(Refused.begin(), Refused.end(), Call.data.nr) == Refused.end())
      Refused.push_back(Call.data.nr);
  }

  pid_t Program;
  int Listener;
  double Started;
  const LaunchOptions &O;
  double NextFolder = 0;
};

} // namespace

double monotonicSeconds() {
  timespec Now;
  clock_gettime(CLOCK_MONOTONIC, &Now);
  return static_cast<double>(Now.tv_sec) + 1e-9 * static_cast<double>(Now.tv_nsec);
}

void supervise(pid_t Program, int Process, int Listener, double Started, const LaunchOptions &Options,
               const Layers &Active, const std::function<bool()> &Failed) {
  Watch W(Program, Listener, Started, Options);
  bool Client = W.untilEnd(Process);
  double Seconds = monotonicSeconds() - Started;
  int Status = 0;
  rusage Used = {};
  while (wait4(Program, &Status, 0, &Used) < 0 && errno == EINTR) {
  }
  if (!Client || Failed())
    return;
  // What it did between the last look and its end counts as well.
  if (W.Reason.empty())
    if (const char *Limit = folderLimit(0, Options))
      W.Reason = Limit;
  double Cpu = static_cast<double>(Used.ru_utime.tv_sec + Used.ru_stime.tv_sec) +
               1e-6 * static_cast<double>(Used.ru_utime.tv_usec + Used.ru_stime.tv_usec);
  // The limit counts the clock's ticks, which differ from what was measured when many share a processor.
  bool Killed = WIFSIGNALED(Status) && WTERMSIG(Status) == SIGKILL;
  if (W.Reason.empty() && Killed && Options.Cpu && Cpu > 0.5 * static_cast<double>(Options.Cpu))
    W.Reason = "cpu";
  std::string Names;
  char Scratch[32];
  for (int Call : W.Refused)
    Names += (Names.empty() ? "\"" : ",\"") + std::string(systemCallName(Call, Scratch)) + "\"";
  int Code = WIFSIGNALED(Status) ? -WTERMSIG(Status) : WEXITSTATUS(Status);
  dprintf(Options.Report,
          "{\"status\":\"ended\",\"code\":%d,\"limit\":\"%s\",\"seconds\":%.9f,\"cpu\":%.6f,\"peak\":%ld,"
          "\"refused\":[%s],\"landlock\":%d,\"notified\":%s}",
          Code, W.Reason.c_str(), Seconds, Cpu, Used.ru_maxrss * 1024, Names.c_str(), Active.Landlock,
          Active.Notified ? "true" : "false");
}

} // namespace pw
