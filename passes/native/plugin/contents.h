// Moving everything that a module holds.
#pragma once

#include <llvm/IR/Module.h>

namespace passwright {

// Moves all symbols, named metadata and inline assembly, in their order, into a module of the same context
// that has no symbols; its own metadata is dropped.
void moveContents(llvm::Module &from, llvm::Module &to);

} // namespace passwright
