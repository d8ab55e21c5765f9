// Taking functions out of a module, with what they call, and putting them back.
#pragma once

#include "ir.h"

#include <vector>

namespace passwright {

// Moves the named functions, or aliases of functions, into a module of their own. Throws InputError.
OwnedModule extract(llvm::Module &module, const std::vector<std::string> &names);

// Merges the module that `bitcode` holds, called `name` in messages, into another: the inverse of extract().
// Throws IRError for symbols defined twice.
void link(llvm::Module &into, llvm::StringRef bitcode, llvm::StringRef name);

} // namespace passwright
