//===- traps.cpp - Functions that no kernel may call ----------------------===//
//
// A kernel is a function of its arguments: what depends on anything else, or acts on anything else, can be
// neither verified nor timed. Calling one of these functions ends the call with the status "forbidden" and
// the name. The sandbox stops the system calls behind them too; the names serve those that need no system
// call (clocks are read from shared memory) and better messages.
//
//===----------------------------------------------------------------------===//

#include "faults.h"
#include "symbols.h"

#include <array>
#include <utility>

using namespace llvm;

namespace pw {
namespace {

struct Trap {
  const char *Name;
  const char *Why;
};

constexpr const char *Clock = "reads the clock";
constexpr const char *Wait = "waits";
constexpr const char *Random = "uses random numbers or hidden state";
constexpr const char *Environment = "reads or changes the environment";
constexpr const char *Output = "writes output";
constexpr const char *Input = "reads input";
constexpr const char *Files = "uses files";
constexpr const char *Process = "acts on processes";
constexpr const char *Ends = "ends the process";
constexpr const char *Jump = "jumps out of functions";
constexpr const char *Signals = "uses signals";
constexpr const char *Threads = "starts threads";
constexpr const char *Network = "uses the network";

constexpr Trap Traps[] = {
    {"time", Clock},
    {"clock", Clock},
    {"clock_gettime", Clock},
    {"clock_getres", Clock},
    {"gettimeofday", Clock},
    {"timespec_get", Clock},
    {"times", Clock},
    {"ftime", Clock},
    {"getrusage", Clock},
    {"localtime", Clock},
    {"localtime_r", Clock},
    {"mktime", Clock},
    {"_ZNSt6chrono3_V212system_clock3nowEv", Clock},
    {"_ZNSt6chrono3_V212steady_clock3nowEv", Clock},
    {"_ZNSt6chrono12system_clock3nowEv", Clock},
    {"_ZNSt6chrono12steady_clock3nowEv", Clock},
    {"sleep", Wait},
    {"usleep", Wait},
    {"nanosleep", Wait},
    {"clock_nanosleep", Wait},
    {"pause", Wait},
    {"poll", Wait},
    {"select", Wait},
    {"rand", Random},
    {"srand", Random},
    {"random", Random},
    {"srandom", Random},
    {"drand48", Random},
    {"lrand48", Random},
    {"mrand48", Random},
    {"srand48", Random},
    {"arc4random", Random},
    {"arc4random_buf", Random},
    {"arc4random_uniform", Random},
    {"getrandom", Random},
    {"getentropy", Random},
    {"_ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", Random},
    {"_ZNSt13random_device9_M_getvalEv", Random},
    {"strtok", Random},
    {"getenv", Environment},
    {"secure_getenv", Environment},
    {"setenv", Environment},
    {"unsetenv", Environment},
    {"putenv", Environment},
    {"setlocale", Environment},
    {"sysconf", Environment},
    {"sched_getcpu", Environment},
    {"getpid", Environment},
    {"gettid", Environment},
    {"printf", Output},
    {"vprintf", Output},
    {"fprintf", Output},
    {"vfprintf", Output},
    {"dprintf", Output},
    {"__printf_chk", Output},
    {"__vprintf_chk", Output},
    {"__fprintf_chk", Output},
    {"__vfprintf_chk", Output},
    {"puts", Output},
    {"fputs", Output},
    {"putchar", Output},
    {"putc", Output},
    {"fputc", Output},
    {"_IO_putc", Output},
    {"perror", Output},
    {"fwrite", Output},
    {"fflush", Output},
    {"write", Output},
    {"writev", Output},
    {"pwrite", Output},
    {"pwrite64", Output},
    {"syslog", Output},
    {"scanf", Input},
    {"fscanf", Input},
    {"__isoc99_scanf", Input},
    {"__isoc99_fscanf", Input},
    {"getchar", Input},
    {"getc", Input},
    {"fgetc", Input},
    {"fgets", Input},
    {"gets", Input},
    {"getline", Input},
    {"fread", Input},
    {"read", Input},
    {"readv", Input},
    {"pread", Input},
    {"pread64", Input},
    {"fopen", Files},
    {"fopen64", Files},
    {"freopen", Files},
    {"fdopen", Files},
    {"open", Files},
    {"open64", Files},
    {"openat", Files},
    {"openat64", Files},
    {"creat", Files},
    {"close", Files},
    {"stat", Files},
    {"fstat", Files},
    {"lstat", Files},
    {"access", Files},
    {"ioctl", Files},
    {"fcntl", Files},
    {"remove", Files},
    {"unlink", Files},
    {"rename", Files},
    {"mkdir", Files},
    {"rmdir", Files},
    {"chdir", Files},
    {"getcwd", Files},
    {"opendir", Files},
    {"tmpfile", Files},
    {"tmpnam", Files},
    {"mkstemp", Files},
    {"truncate", Files},
    {"ftruncate", Files},
    {"_ZNSt13basic_filebufIcSt11char_traitsIcEE4openEPKcSt13_Ios_Openmode", Files},
    {"_ZNSt14basic_ifstreamIcSt11char_traitsIcEEC1EPKcSt13_Ios_Openmode", Files},
    {"_ZNSt14basic_ofstreamIcSt11char_traitsIcEEC1EPKcSt13_Ios_Openmode", Files},
    {"_ZNSt13basic_fstreamIcSt11char_traitsIcEEC1EPKcSt13_Ios_Openmode", Files},
    {"fork", Process},
    {"vfork", Process},
    {"clone", Process},
    {"execl", Process},
    {"execlp", Process},
    {"execv", Process},
    {"execve", Process},
    {"execvp", Process},
    {"posix_spawn", Process},
    {"posix_spawnp", Process},
    {"system", Process},
    {"popen", Process},
    {"pclose", Process},
    {"wait", Process},
    {"waitpid", Process},
    {"kill", Process},
    {"ptrace", Process},
    {"prctl", Process},
    {"syscall", Process},
    {"dlopen", Process},
    {"dlsym", Process},
    {"exit", Ends},
    {"_exit", Ends},
    {"_Exit", Ends},
    {"quick_exit", Ends},
    {"atexit", Ends},
    {"at_quick_exit", Ends},
    {"on_exit", Ends},
    {"longjmp", Jump},
    {"_longjmp", Jump},
    {"siglongjmp", Jump},
    {"__longjmp_chk", Jump},
    {"signal", Signals},
    {"sigaction", Signals},
    {"sigprocmask", Signals},
    {"sigaltstack", Signals},
    {"raise", Signals},
    {"alarm", Signals},
    {"setitimer", Signals},
    {"timer_create", Signals},
    {"pthread_create", Threads},
    {"thrd_create", Threads},
    {"_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE", Threads},
    {"socket", Network},
    {"connect", Network},
    {"bind", Network},
    {"listen", Network},
    {"accept", Network},
    {"send", Network},
    {"sendto", Network},
    {"recv", Network},
    {"recvfrom", Network},
    {"getaddrinfo", Network},
    {"gethostbyname", Network},
};

constexpr size_t Count = sizeof(Traps) / sizeof(Traps[0]);

/// One function per name, so that the call itself says which it is.
template <size_t Index> [[noreturn]] void trap() { forbid(Traps[Index].Name, Traps[Index].Why); }

template <size_t... Indices>
constexpr std::array<void (*)(), Count> makeFunctions(std::index_sequence<Indices...>) {
  return {&trap<Indices>...};
}

constexpr std::array<void (*)(), Count> Functions = makeFunctions(std::make_index_sequence<Count>());

} // namespace

void *trapFor(StringRef Name) {
  for (size_t I = 0; I < Count; ++I)
    if (Name == Traps[I].Name)
      return reinterpret_cast<void *>(Functions[I]);
  return nullptr;
}

} // namespace pw
