//===- symbols.h - What foreign code finds instead of the process's own ---===//

#pragma once

#include <llvm/ADT/StringRef.h>

namespace pw {

/// The runner's definition of a symbol: a function that is not to be called, a sanitizer's callback, or
/// something the C library has only in its static part. Null: look in the process. `Touching` adds the
/// functions that note which memory the C library touches.
void *providedSymbol(llvm::StringRef Name, bool Touching);

/// The stand-in for a function that no kernel may call, null when it may (traps.cpp).
void *trapFor(llvm::StringRef Name);

} // namespace pw
