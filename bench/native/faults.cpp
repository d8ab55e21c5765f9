//===- faults.cpp - Signals, deadlines and what they meant ----------------===//

#include "faults.h"

#include "report.h"
#include "system_calls.h"
#include "touch.h"

#include <llvm/Support/ErrorHandling.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <exception>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <xmmintrin.h>

#include <csignal>

namespace pw {
namespace {

const Variant *ActiveVariant = nullptr;
const Arguments *ActiveArguments = nullptr;
uintptr_t StackTop = 0;

constexpr size_t StackSize = 8u << 20;
constexpr size_t HandlerStackSize = 256u << 10;

const char *signalName(int Signal) {
  switch (Signal) {
  case SIGSEGV:
    return "SIGSEGV";
  case SIGBUS:
    return "SIGBUS";
  case SIGFPE:
    return "SIGFPE";
  case SIGILL:
    return "SIGILL";
  case SIGABRT:
    return "SIGABRT";
  case SIGTRAP:
    return "SIGTRAP";
  default:
    return "signal";
  }
}

void addFunction(Report &R, uintptr_t Pc) {
  if (!ActiveVariant)
    return;
  R.text("variant", ActiveVariant->Name.c_str());
  if (const CodeSymbol *C = ActiveVariant->function(Pc)) {
    R.text("function", C->Name.c_str());
    R.number("code_offset", static_cast<int64_t>(Pc - C->Address));
  }
}

void addPlace(Report &R, const Arguments::Place &P) {
  R.number("argument", P.Argument).text("name", P.Name).number("offset", P.Offset).number("size", P.Size);
}

/// What is known about a bad address: null, a buffer's surroundings, the stack's end or nothing.
void addAddress(Report &R, uintptr_t Address, uintptr_t StackPointer, const char *Access) {
  Arguments::Place P;
  R.text("access", Access);
  if (ActiveArguments && ActiveArguments->locate(Address, P)) {
    bool Inside = P.Offset >= 0 && P.Offset < P.Size;
    R.text("kind", Inside ? "read-only" : P.Offset < 0 ? "underrun" : "overrun");
    addPlace(R, P);
    return;
  }
  char Text[32];
  snprintf(Text, sizeof(Text), "0x%llx", static_cast<unsigned long long>(Address));
  uintptr_t StackEnd = StackTop - StackSize;
  bool BelowStack = Address < StackEnd + 65536 && Address + (64u << 20) > StackEnd;
  bool NearPointer = StackPointer < StackEnd + 65536 || Address + 65536 < StackPointer;
  if (Address < 65536)
    R.text("kind", "null");
  else if (BelowStack && NearPointer)
    R.text("kind", "stack-overflow");
  else
    R.text("kind", "wild");
  R.text("address", Text);
}

void onFault(int Signal, siginfo_t *Info, void *Context) {
  const auto &Registers = static_cast<ucontext_t *>(Context)->uc_mcontext.gregs;
  uintptr_t Pc = Registers[REG_RIP], Address = reinterpret_cast<uintptr_t>(Info->si_addr);
  bool PageFault = Signal == SIGSEGV && Registers[REG_TRAPNO] == 14;
  bool Write = Registers[REG_ERR] & 2;
  if (PageFault && commitTouched(Address, Write))
    return;
  Report R(ActiveVariant ? "crashed" : "broken");
  R.open("fault").text("signal", signalName(Signal));
  if (PageFault || Signal == SIGBUS)
    addAddress(R, Address, Registers[REG_RSP],
               (Registers[REG_ERR] & 16) ? "execute"
               : Write                   ? "write"
                                         : "read");
  else if (Signal == SIGSEGV)
    R.text("kind", "misaligned");
  else if (Signal == SIGFPE)
    R.text("kind", "division");
  else if (Signal == SIGILL)
    R.text("kind", "illegal-instruction");
  else
    R.text("kind", "abort");
  addFunction(R, Pc);
  R.send();
}

void onForbidden(int, siginfo_t *Info, void *Context) {
  char Scratch[32];
  Report R("forbidden");
  R.open("fault").text("kind", "system-call").text("what", systemCallName(Info->si_syscall, Scratch));
  R.text("why", "makes a system call");
  addFunction(R, static_cast<ucontext_t *>(Context)->uc_mcontext.gregs[REG_RIP]);
  R.send();
}

void onDeadline(int, siginfo_t *, void *Context) {
  Report R("timed-out");
  R.open("fault").text("kind", "deadline");
  addFunction(R, static_cast<ucontext_t *>(Context)->uc_mcontext.gregs[REG_RIP]);
  R.send();
}

void install(int Signal, void (*Handler)(int, siginfo_t *, void *)) {
  struct sigaction Action = {};
  Action.sa_sigaction = Handler;
  // The signal stays blocked in its handler: a second fault there kills the process instead of looping.
  Action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&Action.sa_mask);
  sigaction(Signal, &Action, nullptr);
}

[[noreturn]] void onTerminate() {
  char Text[256] = "a C++ exception that nobody caught";
  if (std::type_info *Type = abi::__cxa_current_exception_type()) {
    int Status = 0;
    char *Demangled = abi::__cxa_demangle(Type->name(), nullptr, nullptr, &Status);
    const char *Name = Demangled ? Demangled : Type->name();
    const char *What = "";
    try {
      throw;
    } catch (const std::exception &E) {
      What = E.what();
    } catch (...) {
      What = "";
    }
    snprintf(Text, sizeof(Text), "a C++ exception that nobody caught: %s%s%s", Name, *What ? ": " : "", What);
  }
  crash("exception", Text);
}

} // namespace

void installFaultHandlers() {
  StackTop = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  stack_t Stack = {};
  Stack.ss_size = HandlerStackSize;
  Stack.ss_sp = mmap(nullptr, HandlerStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (Stack.ss_sp == MAP_FAILED || sigaltstack(&Stack, nullptr) != 0)
    llvm::report_fatal_error("no stack for signal handlers");
  for (int Signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP})
    install(Signal, onFault);
  install(SIGSYS, onForbidden);
  install(SIGPROF, onDeadline);
  std::set_terminate(onTerminate);
}

void activate(const Variant *V, const Arguments *A) {
  ActiveVariant = V;
  ActiveArguments = A;
}

const Variant *activeVariant() { return ActiveVariant; }
const Arguments *activeArguments() { return ActiveArguments; }

void armDeadline(double Seconds) {
  itimerval Timer = {};
  Timer.it_value.tv_sec = static_cast<time_t>(Seconds);
  Timer.it_value.tv_usec =
      static_cast<suseconds_t>((Seconds - static_cast<double>(Timer.it_value.tv_sec)) * 1e6);
  // Zero would disarm it.
  if (Timer.it_value.tv_sec == 0 && Timer.it_value.tv_usec == 0)
    Timer.it_value.tv_usec = 1;
  setitimer(ITIMER_PROF, &Timer, nullptr);
}

void disarmDeadline() {
  itimerval Timer = {};
  setitimer(ITIMER_PROF, &Timer, nullptr);
}

void crash(const char *Kind, const char *Detail) {
  Report R("crashed");
  R.open("fault").text("kind", Kind).text("detail", Detail);
  addFunction(R, 0);
  R.send();
}

void crash(const Arguments::Place &P) {
  Report R("crashed");
  R.open("fault").text("kind", P.Offset < 0 ? "underrun" : "overrun").text("access", "write");
  addPlace(R, P);
  R.text("detail", "noticed after the call");
  addFunction(R, 0);
  R.send();
}

void forbid(const char *What, const char *Why) {
  Report R("forbidden");
  R.open("fault").text("kind", "function").text("what", What).text("why", Why);
  addFunction(R, 0);
  R.send();
}

void invoke(const Variant &V, Arguments &A) {
  // A kernel that changed rounding or flush-to-zero modes must not do so for the next one.
  _mm_setcsr(0x1f80);
  __asm__ volatile("fninit");
  try {
    V.Shim(A.slots(), A.result());
  } catch (...) {
    onTerminate();
  }
}

} // namespace pw
