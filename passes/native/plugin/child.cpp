// fork, a pipe, a deadline.
#include "child.h"

#include <llvm/Support/ErrorHandling.h>
#include <llvm/Support/raw_ostream.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace passwright {
namespace {

const char *const again = "run `passwright optimize` again";

void writeAll(int file, StringRef data) {
  while (!data.empty()) {
    ssize_t written = write(file, data.data(), data.size());
    if (written < 0 && errno != EINTR)
      return;
    data = data.drop_front(std::max<ssize_t>(written, 0));
  }
}

// An answer is '=' and what was made, or '!', the kind of error, and what it says.
std::string answerOf(const CoreError &error) {
  return std::string("!") + char(error.kind) + error.message + '\0' + error.hint;
}

void onFatalError(void *file, const char *reason, bool) {
  writeAll(*static_cast<int *>(file),
           answerOf(CoreError(ErrorKind::Input, std::string("LLVM gave up: ") + reason, again)));
  _exit(1);
}

// The handlers of clang would remove its output files and write a crash report.
void becomeChild(int &output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGQUIT, SIGINT, SIGTERM,
                     SIGHUP, SIGPIPE, SIGXCPU, SIGXFSZ, SIGUSR1, SIGUSR2})
    signal(number, SIG_DFL);
  rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  remove_fatal_error_handler();
  install_fatal_error_handler(onFatalError, &output);
}

[[noreturn]] void answer(int output, function_ref<std::string()> work) {
  becomeChild(output);
  std::string text;
  try {
    text = "=" + work();
  } catch (const CoreError &error) {
    text = answerOf(error);
  } catch (const std::exception &error) {
    text = answerOf(CoreError(ErrorKind::Input, error.what()));
  }
  writeAll(output, text);
  _exit(0);
}

// All that comes through a pipe; false when it takes too long.
bool readAll(int file, unsigned seconds, std::string &into) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point end = Clock::now() + std::chrono::seconds(seconds);
  for (;;) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0)
      return false;
    pollfd waiting = {file, POLLIN, 0};
    int ready = poll(&waiting, 1, static_cast<int>(left));
    if (ready < 0 && errno != EINTR)
      return false;
    if (ready <= 0)
      continue;
    char buffer[1 << 16];
    ssize_t got = read(file, buffer, sizeof buffer);
    if (got == 0 || (got < 0 && errno != EINTR))
      return true;
    into.append(buffer, std::max<ssize_t>(got, 0));
  }
}

} // namespace

std::string inChild(function_ref<std::string()> work, unsigned seconds) {
  int ends[2];
  if (pipe(ends) != 0)
    throw CoreError(ErrorKind::Input, std::string("no pipe: ") + std::strerror(errno));
  outs().flush();
  errs().flush();
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    answer(ends[1], work);
  }
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    throw CoreError(ErrorKind::Input, std::string("no process: ") + std::strerror(errno));
  }
  std::string text;
  bool inTime = readAll(ends[0], seconds, text);
  close(ends[0]);
  if (!inTime)
    kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (!inTime)
    throw CoreError(ErrorKind::Input, "a locked recipe did not end within " + std::to_string(seconds) + " s",
                    again);
  if (text.empty() || (text[0] == '=' && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))) {
    std::string how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "status " + std::to_string(status);
    throw CoreError(ErrorKind::Input, "LLVM crashed on a locked recipe (" + how + ")", again);
  }
  if (text[0] == '=')
    return text.substr(1);
  auto [message, hint] = StringRef(text).drop_front(2).split('\0');
  throw CoreError(ErrorKind(text[1]), message.str(), hint.str());
}

} // namespace passwright
