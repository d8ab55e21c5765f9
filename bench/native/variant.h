//===- variant.h - One linked build of a kernel ---------------------------===//

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pw {

/// A data symbol of a variant; local ones too.
struct DataSymbol {
  std::string Name;
  char *Address;
  size_t Size;
  bool Writable;
  bool Exported;
  bool HasPointers; ///< Its initial content holds addresses, which differ from build to build.
};

struct CodeSymbol {
  std::string Name;
  uintptr_t Address;
  size_t Size;
};

/// Writable memory of a variant with its content after the static constructors.
struct State {
  char *Start;
  size_t Size;
  std::vector<char> Content; ///< Empty: all zero.
};

/// memcpy that no sanitizer looks into: red zones between a variant's globals are copied along with them.
void copyBytes(char *To, const char *From, size_t Size);

using ShimFunction = void (*)(void **Slots, void *Result);

struct Variant {
  std::string Name;
  ShimFunction Shim = nullptr;
  bool CountHeap = false; ///< It was linked with the functions of allocations.h.
  std::vector<DataSymbol> Data;
  std::vector<CodeSymbol> Code; ///< Sorted by address.
  std::vector<State> States;

  /// The data symbol of that name, an exported one before a local one. Null when there is none.
  const DataSymbol *find(const std::string &Symbol) const;
  /// The function around an address, null when it belongs to none of this variant. Async-signal-safe.
  const CodeSymbol *function(uintptr_t Address) const;
  /// Whether a symbol differs from what it was at the start of a call, which filled its first bytes.
  bool changed(const DataSymbol &D, const char *Filled, size_t FilledSize) const;
  /// Notes the content of all writable memory.
  void snapshot();
  /// Puts it back. `Release` gives large zero areas back to the system instead of clearing them, which is
  /// cheap for one call but makes the next one fault its pages in.
  void restore(bool Release);
};

} // namespace pw
