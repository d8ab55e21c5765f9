//===- address.cpp - The bridge to AddressSanitizer's run-time library ----===//
//
// The library is not linked but preloaded, and its functions are found by name: the same program runs with
// and without it. Beyond what the guards find, AddressSanitizer sees accesses outside of a kernel's own
// arrays, on its stack, in its globals and on its heap, and uses of what it has freed. Not covered: code that
// was not instrumented (the C library's functions except those the library intercepts) and bytes before a
// buffer that does not start at an address divisible by eight.
//
//===----------------------------------------------------------------------===//

#include "address.h"

#include "report.h"
#include "undefined.h"

#include <cstdio>
#include <cstring>
#include <dlfcn.h>

namespace pw {
namespace {

using Region = void (*)(const volatile void *, size_t);
using Callback = void (*)(void (*)(const char *));

template <class Function> Function library(const char *Name) {
  return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, Name));
}

/// The report's text is for a terminal; its line with "ERROR:" says what happened, the frames say where.
void onReport(const char *Text) {
  char Line[300] = "AddressSanitizer found an error";
  if (const char *Start = strstr(Text, "AddressSanitizer: ")) {
    size_t Size = strcspn(Start, "\n");
    snprintf(Line, sizeof(Line), "%.*s", static_cast<int>(Size), Start);
  }
  noteUndefined(Line, nullptr, 0, 0);
  Report R("undefined");
  R.send();
}

} // namespace

bool addressSanitizerActive() { return library<void *>("__asan_init") != nullptr; }

void followAddressSanitizer() {
  if (auto Set = library<Callback>("__asan_set_error_report_callback"))
    Set(onReport);
}

void poisonMargins(const Arguments &A, bool Poison) {
  static const auto Function = library<Region>("__asan_poison_memory_region");
  static const auto Inverse = library<Region>("__asan_unpoison_memory_region");
  if (!Function || !Inverse)
    return;
  for (const Mapping &M : A.Buffers) {
    auto Apply = Poison ? Function : Inverse;
    M.eachMargin([&](char *Start, size_t Size) { Apply(Start, Size); });
  }
}

} // namespace pw
