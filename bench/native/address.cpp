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

#include "faults.h"
#include "report.h"
#include "undefined.h"

#include <cstdio>
#include <dlfcn.h>

namespace pw {
namespace {

using Region = void (*)(const volatile void *, size_t);
using Callback = void (*)(void (*)(const char *));

template <class Function> Function library(const char *Name) {
  return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, Name));
}

/// The library's text names addresses; what it knows about them is put in terms of the call instead.
void onReport(const char *) {
  const char *Kind = library<const char *(*)()>("__asan_get_report_description")();
  auto Pc = reinterpret_cast<uintptr_t>(library<void *(*)()>("__asan_get_report_pc")());
  auto Address = reinterpret_cast<uintptr_t>(library<void *(*)()>("__asan_get_report_address")());
  bool Write = library<int (*)()>("__asan_get_report_access_type")();
  size_t Size = library<size_t (*)()>("__asan_get_report_access_size")();
  char Text[400], Where[160] = "";
  const CodeSymbol *Function = activeVariant() ? activeVariant()->function(Pc) : nullptr;
  Arguments::Place P;
  if (activeArguments() && activeArguments()->locate(Address, P))
    snprintf(Where, sizeof(Where), " at offset %lld of '%s' (argument %d, %lld bytes)",
             static_cast<long long>(P.Offset), P.Name, P.Argument, static_cast<long long>(P.Size));
  snprintf(Text, sizeof(Text), "AddressSanitizer: %s: %s of %zu bytes%s%s%s", Kind && *Kind ? Kind : "error",
           Write ? "write" : "read", Size, Where, Function ? " in " : "",
           Function ? Function->Name.c_str() : "");
  noteUndefined(Text, nullptr, 0, 0);
  Report R("undefined");
  R.send();
}

} // namespace

bool addressSanitizerActive() { return library<void *>("__asan_init") != nullptr; }

void followAddressSanitizer() {
  if (auto Set = library<Callback>("__asan_set_error_report_callback"))
    Set(onReport); // The functions that it asks came with this one.
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
