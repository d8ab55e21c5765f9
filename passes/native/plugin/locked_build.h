// A file built by its entries in a lock file.
#pragma once

#include "../ir.h"
#include "lock_file.h"

#include <string>
#include <vector>

namespace passwright {

// The bitcode of the whole file optimised: each kernel by its recipe, what is left by -O3 (-Oz where all
// entries are for size). The same as passwright/locking.py builds, up to the code generator; `module` stays
// as it is. Throws InputError for code that is not what was locked, and what running recipes throws.
std::string buildLocked(const llvm::Module &module, std::vector<LockEntry> entries);

} // namespace passwright
