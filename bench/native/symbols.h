//===- symbols.h - What foreign code finds instead of the process's own ---===//

#pragma once

#include <llvm/ADT/StringRef.h>

namespace pw {

/// Which functions of the library are replaced by ones that take notes.
enum class Watch {
  Nothing,
  Touches, ///< Those that touch memory (touch.h).
  Heap,    ///< Those that allocate (allocations.h).
};

/// The runner's definition of a symbol: a function that is not to be called, a sanitizer's callback, one that
/// takes notes, or something the C library has only in its static part. Null: look in the process.
void *providedSymbol(llvm::StringRef Name, Watch Mode);

/// The stand-in for a function that no kernel may call, null when it may (traps.cpp).
void *trapFor(llvm::StringRef Name);

} // namespace pw
