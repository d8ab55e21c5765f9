// Programs: where they are, and how the launcher starts them or becomes them.
#include "launch_process.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace launch {

std::string ownPath() {
  static const std::string path = realPath("/proc/self/exe");
  return path;
}

static bool isExecutable(const std::string &path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(path.c_str(), X_OK) == 0;
}

static bool isSelf(const std::string &path) {
  struct stat one, other;
  return stat(path.c_str(), &one) == 0 && stat("/proc/self/exe", &other) == 0 && one.st_ino == other.st_ino &&
         one.st_dev == other.st_dev;
}

std::string findProgram(const std::string &name, bool compiler) {
  auto fits = [&](const std::string &path) {
    return isExecutable(path) && !(compiler && (isCache(realPath(path)) || isSelf(path)));
  };
  if (name.find('/') != std::string::npos)
    return fits(name) ? name : "";
  const char *list = getenv("PATH");
  for (std::string rest = list ? list : "/usr/bin:/bin"; !rest.empty();) {
    std::string folder = rest.substr(0, rest.find(':'));
    rest.erase(0, folder.size() + 1);
    std::string path = (folder.empty() ? "." : folder) + "/" + name;
    if (fits(path))
      return path;
  }
  return "";
}

static bool isClangName(const std::string &path) {
  for (const char *known : {"clang", "clang++", "clang-19", "clang++-19"})
    if (fileName(path) == known)
      return true;
  return false;
}

bool isClang(const std::string &path) {
  std::string real = realPath(path);
  if (real.find("/llvm-") != std::string::npos && real.find("/llvm-19/") == std::string::npos)
    return false; // Debian has one folder for each version
  return isClangName(path) || isClangName(real);
}

bool isCache(const std::string &command) {
  std::string name = fileName(command);
  return name == "ccache" || name == "sccache";
}

// The clang in the PyPI package `ziglang`, as `_ziglang` in irgen/clang.py.
static Strings findZig() {
  std::string root = folderOf(folderOf(ownPath())) + "/lib/" PASSWRIGHT_PYTHON "/site-packages/ziglang";
  if (!isExecutable(root + "/zig"))
    return {};
  Strings command = {root + "/zig", "clang", "--target=x86_64-linux-gnu", "-resource-dir", root + "/lib"};
  if (access("/usr/include/features.h", F_OK) != 0)
    for (const char *folder : {"x86_64-linux-gnu", "generic-glibc", "x86_64-linux-any", "any-linux-any"}) {
      command.push_back("-idirafter");
      command.push_back(root + "/lib/libc/include/" + folder);
    }
  return command;
}

Strings findCompiler(bool cxx, std::string &error) {
  const char *asked = getenv("PASSWRIGHT_CLANG");
  Strings command;
  std::string found;
  if (asked && *asked) {
    found = findProgram(asked, true);
    if (found.empty()) {
      error = std::string("PASSWRIGHT_CLANG: ") + asked + " is not an executable file, or is this program";
      return {};
    }
  }
  for (const char *name : {"clang-19", "clang"})
    if (found.empty())
      found = findProgram(name, true);
  if (!found.empty())
    command = {found};
  else
    command = findZig();
  if (command.empty()) {
    error = "clang 19 was not found: apt-get install clang-19, or pip install ziglang==0.14.1";
    return {};
  }
  if (cxx) {
    size_t name = found.rfind("clang");
    std::string sibling = found.empty() || name == std::string::npos
                              ? ""
                              : found.substr(0, name + 5) + "++" + found.substr(name + 5);
    if (!sibling.empty() && isExecutable(sibling))
      command = {sibling};
    else
      command.push_back("--driver-mode=g++");
  }
  return command;
}

static std::vector<char *> pointers(const Strings &texts) {
  std::vector<char *> result;
  for (const std::string &text : texts)
    result.push_back(const_cast<char *>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// What the compiler's process does until it is the compiler.
[[noreturn]] static void beCompiler(const Strings &command, const Started &started) {
  setsid(); // what it starts in turn can be ended with it
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  constexpr std::pair<__rlimit_resource, rlim_t> limits[] = {
      {RLIMIT_AS, 8ull << 30}, {RLIMIT_CPU, 121}, {RLIMIT_FSIZE, 2ull << 30}, {RLIMIT_CORE, 0}};
  for (auto [kind, value] : limits) {
    rlimit limit = {value, value};
    setrlimit(kind, &limit);
  }
  int input = open("/dev/null", O_RDONLY);
  dup2(input, 0);
  dup2(started.output, 1);
  dup2(started.errors, 2);
  for (int descriptor : {input, started.output, started.errors})
    if (descriptor > 2)
      close(descriptor);
  execvp(command[0].c_str(), pointers(command).data());
  _exit(127);
}

Started start(const Strings &command) {
  Started started;
  started.output = memfd_create("passwright-ir", 0);
  started.errors = memfd_create("passwright-diagnostics", 0);
  pid_t process = started.output < 0 || started.errors < 0 ? -1 : fork();
  if (process == 0)
    beCompiler(command, started);
  if (process < 0)
    end(started);
  else
    started.process = process;
  return started;
}

void end(Started &started) {
  if (started.process > 0) {
    kill(-started.process, SIGKILL);
    kill(started.process, SIGKILL);
    waitpid(started.process, nullptr, 0);
  }
  for (int descriptor : {started.output, started.errors})
    if (descriptor >= 0)
      close(descriptor);
  started = Started();
}

void become(const Strings &command) { execvp(command[0].c_str(), pointers(command).data()); }

static std::string findPython() {
  for (const char *name : {"python", "python3"}) {
    std::string beside = folderOf(ownPath()) + "/" + name;
    if (isExecutable(beside))
      return beside;
  }
  std::string found = findProgram(PASSWRIGHT_PYTHON);
  return found.empty() ? findProgram("python3") : found;
}

void becomePython(const std::string &code, const Strings &arguments, bool light) {
  // -P: the working folder's own files are no modules of ours.
  Strings command = {findPython(), "-P", "-c", code};
  if (command[0].empty())
    return;
  if (light) // over before there is anything worth collecting
    command[3] = "import gc\ngc.disable()\n" + code;
  std::string site = folderOf(folderOf(ownPath())) + "/lib/" PASSWRIGHT_PYTHON "/site-packages";
  if (light && access((site + "/passwright/__init__.py").c_str(), R_OK) == 0) {
    command[1] = "-PS"; // not an editable install: its path is all that `site` would find out
    command[3] = "import sys\nsys.path.append(" + json(site) + ")\n" + command[3];
  }
  command.insert(command.end(), arguments.begin(), arguments.end());
  execv(command[0].c_str(), pointers(command).data());
}

void becomePasswright(const Strings &arguments) {
  Strings all = {ownPath()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  bool light = !arguments.empty() && startsWith(arguments[0], "--started=");
  becomePython("import sys\n"
               "del sys.argv[0]\n"
               "from passwright.__main__ import main\n"
               "main()\n",
               all, light);
  fprintf(stderr,
          "error: Python cannot be started: %s\n"
          "  hint: install passwright again, into an environment with " PASSWRIGHT_PYTHON "\n",
          strerror(errno));
  exit(4);
}

} // namespace launch
