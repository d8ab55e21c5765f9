//===- symbols.cpp - What foreign code finds instead of the process's own -===//

#include "symbols.h"

#include "allocations.h"
#include "faults.h"
#include "touch.h"
#include "undefined.h"

#include <cstdint>
#include <cstdio>
#include <sys/mman.h>

using namespace llvm;

namespace pw {
namespace {

/// Destructors of static objects are not part of any call.
int ignoreDestructor(void (*)(void *), void *, void *) { return 0; }

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
    {"abort", reinterpret_cast<void *>(onAbort)},
    {"__assert_fail", reinterpret_cast<void *>(onAssertion)},
    {"__stack_chk_fail", reinterpret_cast<void *>(onStackSmashed)},
    {"__tls_get_addr", reinterpret_cast<void *>(threadLocal)},
};

/// Zeros among the mappings that code is linked into: objects reach data with 32-bit offsets, and the
/// program's own may be further away.
void *nearPage() {
  static void *const Page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return Page == MAP_FAILED ? nullptr : Page;
}

} // namespace

void *providedSymbol(StringRef Name, Watch Mode) {
  // Both are only ever read; the cache that -fsanitize=vptr looks into stays empty.
  if (Name == "__dso_handle" || Name == "__ubsan_vptr_type_cache")
    return nearPage();
  for (const Provided &P : Table)
    if (Name == P.Name)
      return P.Address;
  if (void *Handler = undefinedHandler(Name))
    return Handler;
  if (Mode == Watch::Touches)
    if (void *Wrapper = touchFunction(Name))
      return Wrapper;
  if (Mode == Watch::Heap)
    if (void *Wrapper = heapFunction(Name))
      return Wrapper;
  return trapFor(Name);
}

} // namespace pw
