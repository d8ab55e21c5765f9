//===- symbols.cpp - What foreign code finds instead of the process's own -===//

#include "symbols.h"

#include "faults.h"
#include "touch.h"
#include "undefined.h"

#include <cstdint>
#include <cstdio>

using namespace llvm;

namespace pw {
namespace {

/// Destructors of static objects are not part of any call.
int ignoreDestructor(void (*)(void *), void *, void *) { return 0; }

void *DsoHandle = nullptr;

[[noreturn]] void onAbort() { crash("abort", "called abort()"); }
[[noreturn]] void onStackSmashed() { crash("abort", "overwrote a local array: stack smashing detected"); }

[[noreturn]] void onAssertion(const char *Expression, const char *File, unsigned Line, const char *) {
  char Text[400];
  snprintf(Text, sizeof(Text), "assertion failed: %s, %s:%u", Expression, File, Line);
  crash("abort", Text);
}

/// Thread-local variables: there is one thread, so each has one copy, which the link has laid out.
void *threadLocal(uint64_t *Entry) { return reinterpret_cast<void *>(Entry[1]); }

struct Provided {
  const char *Name;
  void *Address;
};

const Provided Table[] = {
    {"__cxa_atexit", reinterpret_cast<void *>(ignoreDestructor)},
    {"__cxa_thread_atexit", reinterpret_cast<void *>(ignoreDestructor)},
    {"__dso_handle", &DsoHandle},
    {"abort", reinterpret_cast<void *>(onAbort)},
    {"__assert_fail", reinterpret_cast<void *>(onAssertion)},
    {"__stack_chk_fail", reinterpret_cast<void *>(onStackSmashed)},
    {"__tls_get_addr", reinterpret_cast<void *>(threadLocal)},
};

} // namespace

void *providedSymbol(StringRef Name, bool Touching) {
  for (const Provided &P : Table)
    if (Name == P.Name)
      return P.Address;
  if (void *Handler = undefinedHandler(Name))
    return Handler;
  if (Touching)
    if (void *Wrapper = touchFunction(Name))
      return Wrapper;
  return trapFor(Name);
}

} // namespace pw
