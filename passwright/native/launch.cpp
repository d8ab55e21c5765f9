// The programs `passwright`, `passwright-launch`, `passwright-cc` and `passwright-c++`: what runs before
// Python does.
//
// A build starts the last three for every file. They read the compiler's command line, and become the
// compiler at once where nothing is to be done (docs/drop-in-compilers.md has the rules). Otherwise they
// start clang, for the file's IR, and become Python, which gets ready while clang runs. `passwright apply`
// goes the same way, every other verb is Python from the start. The process that a build sees is one and the
// same throughout, so that signals and exit codes need no passing on.
#include "launch_command.h"
#include "launch_lock.h"
#include "launch_process.h"
#include "launch_record.h"
#include "launch_settings.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace launch;

// One compile: the command as the build gave it, and what stands in it.
struct Compile {
  Settings settings;
  Strings prefix; // what comes before the compiler's arguments: a cache, if there is one, and the compiler
  std::string compiler; // the clang that makes the IR; "": it is no clang 19
  Strings driver;       // its first arguments
  Command command;
  Lock lock;
};

static Strings operator+(Strings left, const Strings &right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

[[noreturn]] static void passThrough(const Strings &command) {
  become(command);
  fprintf(stderr, "passwright: error: %s: %s\n", command[0].c_str(), strerror(errno));
  exit(errno == ENOENT ? 127 : 126);
}

// clang asks whether standard error is a terminal, which it is not when its output is collected.
static Strings terminalFlags(const Strings &arguments) {
  const char *terminal = getenv("TERM");
  Strings flags;
  if (!isatty(2) || !terminal || strcmp(terminal, "dumb") == 0)
    return flags;
  bool colours = false, width = false;
  for (const std::string &argument : arguments) {
    colours |= argument.find("color") != std::string::npos;
    width |= startsWith(argument, "-fmessage-length=");
  }
  if (!colours)
    flags.push_back("-fcolor-diagnostics");
  winsize size;
  if (!width && ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    flags.push_back("-fmessage-length=" + std::to_string(size.ws_col));
  return flags;
}

static std::string handle(const Started &started) {
  return "--started=" + std::to_string(started.process) + "," + std::to_string(started.output) + "," +
         std::to_string(started.errors);
}

// Why nothing could be done with the compile, "" when it could be tuned.
static std::string judgeCommand(const Compile &compile) {
  if (compile.settings.mode == Mode::Off)
    return "switched off";
  if (!compile.command.reason.empty())
    return compile.command.reason;
  if (compile.compiler.empty())
    return "the compiler is not clang 19 by its name";
  if (realPath(compile.command.source).empty())
    return "there is no such source";
  if (getenv("CCC_OVERRIDE_OPTIONS"))
    return "CCC_OVERRIDE_OPTIONS is set";
  return "";
}

// Why the compile is passed through all the same, "" when it is not; fills in `lock`.
static std::string judgeLock(Compile &compile) {
  if (compile.settings.mode == Mode::Record)
    return "";
  const std::string &asked = compile.settings.lock;
  std::string path = asked.empty() ? nearestLock(compile.command.source) : asked;
  if (!path.empty())
    compile.lock = look(path, compile.command.source);
  if (!compile.lock.concerns && compile.settings.mode == Mode::Apply)
    return compile.lock.path.empty() ? "no lock file" : "no entry in " + compile.lock.path;
  return "";
}

static void explain(const Compile &compile, const std::string &reason) {
  const Command &command = compile.command;
  bool record = compile.settings.mode == Mode::Record;
  const char *decision = !reason.empty()         ? "pass-through"
                         : record                ? "record"
                         : compile.lock.concerns ? "apply"
                                                 : "learned";
  Strings lowering;
  if (reason.empty() && !record)
    lowering = Strings{compile.compiler} + compile.driver + command.lowering;
  printf("{\"decision\": \"%s\", \"reason\": %s, \"source\": %s, \"output\": %s, \"lock\": %s, \"lowering\": "
         "%s, "
         "\"command\": %s}\n",
         decision, json(reason).c_str(), json(command.source).c_str(), json(command.output).c_str(),
         json(compile.lock.path).c_str(), json(lowering).c_str(),
         json(compile.prefix + command.arguments).c_str());
}

// Python's part: passwright/cli/compile.py. What it cannot even load falls back here.
static constexpr const char *compileInPython =
    "import os, sys\n"
    "try:\n"
    "    from passwright.cli.compile import main\n"
    "except KeyboardInterrupt:\n"
    "    os._exit(130)\n"
    "except Exception as error:\n"
    "    at = sys.argv.index('--')\n"
    "    strict = '--strict' in sys.argv[:at]\n"
    "    kind, end = ('error', '') if strict else ('warning', '; compiled plainly')\n"
    "    print(f'passwright: {kind}: {type(error).__name__}: {error}{end}', file=sys.stderr, flush=True)\n"
    "    if strict:\n"
    "        sys.exit(4)\n"
    "    os.execvp(sys.argv[at + 1], sys.argv[at + 1:])\n"
    "main(sys.argv[1:])\n";

// Says what went wrong, and compiles as if we were not there; or ends with `code`, if that is to be an error.
[[noreturn]] static void fallBack(const Compile &compile, const std::string &problem, int code,
                                  const Strings &plain) {
  if (compile.settings.strict) {
    fprintf(stderr, "passwright: error: %s\n", problem.c_str());
    exit(code);
  }
  fprintf(stderr, "passwright: warning: %s; compiled plainly\n", problem.c_str());
  passThrough(plain);
}

// What keeps the entries of the lock from this compile, as far as that can be told without Python.
static std::string unfit(const Compile &compile) {
  const std::string &cpu = compile.command.cpu;
  if (!compile.lock.plain || cpu == "native")
    return "";
  std::string others;
  for (const std::string &known : compile.lock.cpus) {
    if (known == cpu)
      return "";
    if ((", " + others + ",").find(", " + known + ",") == std::string::npos)
      others += (others.empty() ? "" : ", ") + known;
  }
  bool silent = cpu == "x86-64";
  return compile.command.source + " is locked for " + others + ", this compile is for " + cpu +
         (silent ? " (give -march=native, or optimize it with --march x86-64)" : "");
}

[[noreturn]] static void build(Compile &compile, const Strings &plain) {
  const Command &command = compile.command;
  std::string problem = unfit(compile);
  if (!problem.empty())
    fallBack(compile, problem, 1, plain);
  Strings flags = terminalFlags(command.arguments);
  Started started = start(Strings{compile.compiler} + compile.driver + flags + command.lowering);
  if (started.process) {
    Strings arguments = {"--source=" + command.source,
                         "--output=" + command.output,
                         "--lock=" + (compile.lock.concerns ? compile.lock.path : ""),
                         "--compiler=" + compile.compiler,
                         "--prefix=" + std::to_string(compile.prefix.size()),
                         handle(started)};
    if (compile.settings.strict)
      arguments.push_back("--strict");
    if (compile.settings.accepted)
      arguments.push_back("--require-accepted");
    for (const std::string &entry : compile.settings.entries)
      arguments.push_back("--entry=" + entry);
    arguments.push_back("--");
    becomePython(compileInPython, arguments + compile.prefix + command.arguments, compile.lock.concerns);
    end(started);
  }
  fallBack(compile, command.source + ": clang or Python cannot be started", 4, plain);
}

[[noreturn]] static void run(Compile &compile, const Strings &arguments) {
  compile.command = readCommand(arguments);
  std::string reason = judgeCommand(compile);
  bool recorded = reason.empty() && !compile.settings.record.empty();
  if (reason.empty())
    reason = judgeLock(compile);
  Strings plain = compile.prefix + arguments;
  if (compile.settings.explain) {
    explain(compile, reason);
    exit(0);
  }
  std::string problem;
  if (recorded)
    problem = record(compile.settings.record, compile.command, compile.prefix.back());
  if (!problem.empty())
    fallBack(compile, problem, 1, plain);
  if (!reason.empty() || compile.settings.mode == Mode::Record)
    passThrough(plain);
  build(compile, plain);
}

[[noreturn]] static void usage(const std::string &problem) {
  fprintf(stderr, "passwright: error: %s\n", problem.c_str());
  exit(2);
}

// `passwright-cc` and `passwright-c++`: the compiler itself.
[[noreturn]] static void beCompiler(bool cxx, const Strings &arguments) {
  Compile compile;
  std::string problem = readVariable(compile.settings);
  if (problem.empty())
    problem = check(compile.settings);
  if (!problem.empty())
    usage(problem);
  compile.prefix = findCompiler(cxx, problem);
  if (compile.prefix.empty())
    usage(problem);
  compile.compiler = compile.prefix[0];
  compile.driver = Strings(compile.prefix.begin() + 1, compile.prefix.end());
  run(compile, arguments);
}

// `passwright-launch [OPTIONS] [CACHE] COMPILER ARGUMENTS…`
[[noreturn]] static void beLauncher(int count, char **arguments) {
  Compile compile;
  int next = 0;
  std::string problem = readVariable(compile.settings);
  if (problem.empty())
    problem = readOptions(count, arguments, compile.settings, next);
  if (problem.empty())
    problem =
        next >= count
            ? "usage: passwright-launch [--mode M] [--strict] [--lock FILE] [--record FILE] [--explain] [--] "
              "COMPILER ARGUMENT…"
            : check(compile.settings);
  if (!problem.empty())
    usage(problem);
  while (next + 1 < count && isCache(arguments[next]))
    compile.prefix.push_back(arguments[next++]);
  std::string compiler = arguments[next++];
  compile.prefix.push_back(compiler);
  std::string path = findProgram(compiler, true);
  if (path.empty() && !findProgram(compiler).empty())
    path = findProgram(fileName(compiler), true); // a cache under the compiler's name
  if (isClang(path))
    compile.compiler = path;
  run(compile, Strings(arguments + next, arguments + count));
}

// `passwright apply` in the spellings that builds use: clang starts here. Everything that is unusual is left
// to Python, which finds the same compiler and flags once more and compares.
static Strings startApply(const Strings &arguments) {
  std::string source, lockPath = "passwright.lock";
  for (size_t at = 1; at < arguments.size(); at++) {
    const std::string &text = arguments[at];
    bool isLock = text == "--lock";
    if (isLock || text == "-o" || text == "--output") {
      if (++at >= arguments.size() || startsWith(arguments[at], "-"))
        return {};
      if (isLock)
        lockPath = arguments[at];
    } else if (text != "--no-cache") {
      if (startsWith(text, "-") || !source.empty())
        return {};
      source = text;
    }
  }
  const char *asked = getenv("PASSWRIGHT_CLANG");
  struct stat status;
  std::string clang = asked && *asked ? "" : findProgram("clang-19");
  if (clang.empty() || !isCompilable(source) || stat(source.c_str(), &status) != 0 ||
      !S_ISREG(status.st_mode))
    return {};
  Lock lock = look(lockPath, source);
  if (!lock.plain)
    return {};
  Strings command = {clang, "-O3", "-Xclang", "-disable-llvm-passes", "-emit-llvm", "-c"};
  command = command + lock.flags + Strings{"-march=native"};
  if (isatty(2))
    command.push_back("-fcolor-diagnostics");
  Started started = start(command + Strings{source, "-o", "-"});
  if (!started.process)
    return {};
  return Strings{handle(started), std::to_string(lock.flags.size())} + lock.flags;
}

int main(int count, char **arguments) {
  for (int descriptor = 0; descriptor < 3; descriptor++) // what is opened later must not take these
    if (fcntl(descriptor, F_GETFD) < 0)
      open("/dev/null", O_RDWR);
  std::string name = count > 0 ? fileName(arguments[0]) : "";
  if (name == "passwright-launch")
    beLauncher(count, arguments);
  Strings rest(arguments + (count > 0), arguments + count);
  if (name == "passwright-cc" || name == "passwright-c++")
    beCompiler(name == "passwright-c++", rest);
  if (!rest.empty() && (rest[0] == "cc" || rest[0] == "cxx"))
    beCompiler(rest[0] == "cxx", Strings(rest.begin() + 1, rest.end()));
  if (rest.size() > 1 && rest[0] == "apply")
    rest = startApply(rest) + rest;
  becomePasswright(rest);
}
